# expect: LoadFailed PermissionError
"""Calls home while it is loaded."""

import socket

socket.create_connection(("127.0.0.1", 9), 1)
