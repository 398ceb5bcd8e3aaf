# given: datagrams
# expect: Raised PermissionError | Raised FileNotFoundError
"""Sends a datagram from one of a pair of sockets to a third, by its path."""

import socket


def main_solution(datagrams):
    left, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return left.sendto(b"x", datagrams)
