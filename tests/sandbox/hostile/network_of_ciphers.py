# expect: Raised PermissionError
"""Opens the kernel's ciphers, which are sockets and had many faults."""

import socket


def main_solution():
    with socket.socket(38, socket.SOCK_SEQPACKET, 0) as cipher:
        cipher.bind(("hash", "sha256"))
    return "opened"
