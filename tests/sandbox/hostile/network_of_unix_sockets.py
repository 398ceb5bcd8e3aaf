# given: stream
# expect: Raised PermissionError
"""Connects to a Unix socket by its path."""

import socket


def main_solution(stream):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(stream)
    return "connected"
