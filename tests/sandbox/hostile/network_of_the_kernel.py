# expect: Raised PermissionError
"""Asks the kernel about its networks."""

import socket


def main_solution():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()
    return "opened"
