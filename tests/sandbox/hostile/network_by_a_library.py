# given: port
# expect: Raised URLError
"""Fetches a page by the standard library."""

import urllib.request


def main_solution(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1) as page:
        return page.read().decode()
