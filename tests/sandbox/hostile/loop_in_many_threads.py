# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Computes in several threads, none of which has taken long."""

import hashlib
import threading


def work():
    while True:
        hashlib.sha256(bytes(1 << 20)).digest()


def main_solution():
    threading.stack_size(65536)
    for _ in range(8):
        threading.Thread(target=work).start()
    work()
