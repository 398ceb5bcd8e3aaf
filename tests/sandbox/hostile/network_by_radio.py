# expect: Raised PermissionError
"""Opens a Bluetooth socket."""

import socket


def main_solution():
    socket.socket(31, socket.SOCK_RAW, 1).close()
    return "opened"
