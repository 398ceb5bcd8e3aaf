# given: port
# expect: Raised PermissionError
"""Connects to a server that listens on this machine."""

import socket


def main_solution(port):
    socket.create_connection(("127.0.0.1", port), 1).sendall(b"GET / HTTP/1.0\r\n\r\n")
    return "connected"
