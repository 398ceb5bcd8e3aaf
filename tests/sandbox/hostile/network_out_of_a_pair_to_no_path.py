# given: abstract
# expect: Raised PermissionError | Raised ConnectionRefusedError
"""Sends a datagram, and a descriptor with it, from one of a pair to a socket without a path."""

import array
import socket


def main_solution(abstract):
    left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    numbers = array.array("i", [right.fileno()])
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)]
    return left.sendmsg([b"x"], rights, 0, abstract)
