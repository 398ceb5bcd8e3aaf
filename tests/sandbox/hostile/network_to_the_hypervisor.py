# expect: Raised PermissionError
"""Connects to the machine that this one runs on."""

import socket


def main_solution():
    with socket.socket(40, socket.SOCK_STREAM) as connection:
        connection.connect((2, 1024))
    return "connected"
