# expect: Raised PermissionError
"""Starts a shell by the subprocess module, in a session of its own."""

import subprocess


def main_solution():
    subprocess.Popen(["/bin/sh", "-c", "sleep 600"], start_new_session=True)
    return "started"
