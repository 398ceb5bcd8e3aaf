# expect: Raised gaierror
"""Resolves a name, which tells a server of its choice that it has run."""

import socket


def main_solution():
    return str(socket.getaddrinfo("codeiod-hostile.example.org", 80))
