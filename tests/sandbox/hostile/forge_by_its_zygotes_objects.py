# expect: Returned "nothing to send by"
"""Finds the zygote's own objects in its memory, and answers the daemon with them."""

import gc
import socket


def main_solution():
    for thing in gc.get_objects():
        if type(thing).__name__ in ("Zygote", "socket"):
            try:
                control = thing if isinstance(thing, socket.socket) else thing.control
                control.send(bytes(64))
                return "sent"
            except (AttributeError, OSError):
                pass
    return "nothing to send by"
