# expect: Raised PermissionError
"""Serves on a port, for others to fetch what it has found."""

import socketserver


def main_solution():
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        return server.server_address[1]
