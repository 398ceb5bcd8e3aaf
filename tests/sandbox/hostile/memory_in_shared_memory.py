# given: mark
# reaches at WEAK: there is no Landlock, and its user may write to shared memory
# expect: Raised FileNotFoundError | Raised PermissionError
# expect at WEAK: OverOutput
# expect at FULL: OverOutput
"""Fills a file in shared memory, which no process needs to be alive to hold."""


def main_solution(mark):
    with open(f"/dev/shm/{mark}", "wb") as file:
        while True:
            file.write(bytes(1 << 16))
