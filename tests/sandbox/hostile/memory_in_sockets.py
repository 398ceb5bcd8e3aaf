# expect: Returned true
"""Makes pairs of sockets with buffers as large as they may be, and fills them."""

import socket


def main_solution():
    kept, filled = [], 0
    try:
        while True:
            pair = socket.socketpair()
            kept += pair
            for end in pair:
                end.setblocking(False)
                filled += fill(end)
    except OSError:
        return filled < 64 << 20


def fill(end):
    filled = 0
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
    except PermissionError:
        pass
    try:
        while True:
            filled += end.send(bytes(1 << 16))
    except BlockingIOError:
        return filled
