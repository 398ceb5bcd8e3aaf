# expect: Raised PermissionError
"""Opens a socket for packets as they go over the wire."""

import socket


def main_solution():
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x300).close()
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close()
    return "opened"
