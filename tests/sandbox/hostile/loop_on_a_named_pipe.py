# limits: call_seconds=0.1
# expect: Raised PermissionError | TimedOut wall
"""Opens a named pipe that nobody writes to."""

import os


def main_solution():
    os.mkfifo("pipe")
    with open("pipe") as file:
        return file.read()
