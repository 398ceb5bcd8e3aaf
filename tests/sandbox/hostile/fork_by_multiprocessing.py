# expect: Raised PermissionError
"""Starts a process by multiprocessing, which forks."""

import multiprocessing
import time


def main_solution():
    process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,))
    process.start()
    return process.pid
