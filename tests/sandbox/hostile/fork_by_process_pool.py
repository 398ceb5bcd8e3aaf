# expect: Raised PermissionError | Raised FileNotFoundError | Raised OSError
"""Makes a pool of processes, which takes semaphores in shared memory first."""

from concurrent.futures import ProcessPoolExecutor


def main_solution():
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(abs, [1, 2]))
