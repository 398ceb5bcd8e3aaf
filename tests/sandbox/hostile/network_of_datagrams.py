# given: udp_port
# expect: Raised PermissionError
"""Sends a datagram to this machine."""

import socket


def main_solution(udp_port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"x", ("127.0.0.1", udp_port))
