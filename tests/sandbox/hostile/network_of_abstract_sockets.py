# given: abstract
# expect: Raised PermissionError
"""Sends to a Unix socket that has no path, so that no file's mode holds it."""

import socket


def main_solution(abstract):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"x", abstract)
