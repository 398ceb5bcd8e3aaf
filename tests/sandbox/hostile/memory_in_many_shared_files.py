# given: mark
# reaches at WEAK: there is no Landlock, and its user may write to shared memory
# expect: Raised FileNotFoundError | Raised PermissionError
# expect at FULL: Raised OSError
# expect at WEAK: Returned 1000
"""Fills shared memory with files none of which is too large; its quota is that of its folder."""


def main_solution(mark):
    for number in range(1000):
        with open(f"/dev/shm/{mark}-{number}", "wb") as file:
            file.write(bytes(1 << 15))
    return number + 1
