# given: mark
# reaches at WEAK: there is no Landlock, and its user may write to shared memory
# expect: Raised FileNotFoundError | Raised PermissionError
# expect at WEAK: Raised PermissionError | OverOutput
"""Takes shared memory by its name, which starts a process to look after it."""

from multiprocessing.shared_memory import SharedMemory


def main_solution(mark):
    return SharedMemory(mark, create=True, size=1 << 30).name
