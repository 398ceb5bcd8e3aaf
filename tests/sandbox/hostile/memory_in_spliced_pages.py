# limits: call_seconds=2.0
# expect: Raised PermissionError | Returned true
"""Splices one byte of each page of a file into sockets, which book bytes and hold pages."""

import os
import socket

SIZE = 1 << 16
ENOUGH = 96 << 20


def main_solution():
    reading, writing = os.pipe()
    kept, held = [], 0
    while held < ENOUGH:
        try:
            pair = socket.socketpair()
        except OSError:
            return True
        kept += pair
        pair[0].setblocking(False)
        try:
            while held < ENOUGH:
                held += splice_a_file(reading, writing, pair[0].fileno())
        except BlockingIOError:
            os.read(reading, 1 << 16)
    return False


def splice_a_file(reading, writing, end):
    file = os.open("pages", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    os.unlink("pages")
    try:
        os.write(file, bytes(SIZE))
        for page in range(0, SIZE, 4096):
            os.splice(file, writing, 1, offset_src=page)
        os.splice(reading, end, SIZE // 4096)
    finally:
        os.close(file)
    return SIZE
