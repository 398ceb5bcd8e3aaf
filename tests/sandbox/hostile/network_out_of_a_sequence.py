# given: datagrams
# expect: Raised PermissionError | Raised FileNotFoundError | Raised OSError | Returned 1
"""Sends from each kind of pair that keeps order: the address must not count."""

import socket


def main_solution(datagrams):
    sent = 0
    for kind in (socket.SOCK_SEQPACKET, socket.SOCK_STREAM):
        left, _ = socket.socketpair(socket.AF_UNIX, kind)
        sent += left.sendto(b"x", datagrams)
    return sent
