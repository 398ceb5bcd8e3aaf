# limits: call_seconds=2.0
# expect: Raised PermissionError | Returned true
"""Sends one byte of each page of a file to sockets, without a copy."""

import os
import socket

ENOUGH = 96 << 20


def main_solution():
    kept, held = [], 0
    while held < ENOUGH:
        try:
            pair = socket.socketpair()
        except OSError:
            return True
        kept += pair
        for end in pair:
            end.setblocking(False)
            try:
                while held < ENOUGH:
                    held += send_a_file(end.fileno())
            except BlockingIOError:
                pass
    return False


def send_a_file(end):
    file = os.open("pages", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    os.unlink("pages")
    try:
        os.write(file, bytes(1 << 16))
        for page in range(0, 1 << 16, 4096):
            os.sendfile(end, file, page, 1)
    finally:
        os.close(file)
    return 1 << 16
