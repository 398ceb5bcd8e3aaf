# given: port
# expect: Raised PermissionError
"""Connects by IPv6, or by IPv4 in its clothes."""

import socket


def main_solution(port):
    with socket.socket(socket.AF_INET6) as connection:
        connection.connect(("::ffff:127.0.0.1", port))
    return "connected"
