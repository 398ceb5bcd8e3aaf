# expect: Returned true
"""Sends filled sockets through other sockets and closes them: they live on, uncounted."""

import array
import socket


def main_solution():
    filled = 0
    carrier = socket.socketpair()
    carrier[0].setblocking(False)
    try:
        while filled < 1 << 30:
            left, right = socket.socketpair()
            filled += fill(left) + fill(right)
            numbers = array.array("i", [left.fileno(), right.fileno()])
            carrier[0].sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)])
            left.close()
            right.close()
    except OSError:
        pass
    return filled < 96 << 20


def fill(end):
    filled = 0
    end.setblocking(False)
    try:
        while True:
            filled += end.send(bytes(1 << 14))
    except BlockingIOError:
        return filled
