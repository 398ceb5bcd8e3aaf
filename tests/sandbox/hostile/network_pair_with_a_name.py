# expect: Raised PermissionError
"""Gives one of a pair of sockets a name, for others to send to."""

import socket


def main_solution():
    left, _ = socket.socketpair()
    left.bind("\0codeiod-hostile")
    return "named"
