# expect: Died SIGSYS
"""Gives the machine another name."""

import socket


def main_solution():
    socket.sethostname("codeiod-hostile")
    return socket.gethostname()
