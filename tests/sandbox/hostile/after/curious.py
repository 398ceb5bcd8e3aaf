"""The program that runs after each hostile one: sound, and curious about what came before it."""

import builtins
import fcntl
import gc
import json
import os
import random
import resource
import signal
import sys
import threading
import time


def main_solution(n):
    """Return a value that is known, and all that an earlier program might have changed."""
    return {
        "value": sorted(sum(divmod(i * i, 7)) for i in range(n)),
        "json": json.dumps({"a": [1, 2.5, None, "x"]}, sort_keys=True),
        "random": [random.random(), random.randint(0, 9), random.choice("abc")],
        "hash": hash("text"),
        "builtins": [len(vars(builtins)), print is vars(builtins)["print"], len([1, 2])],
        "modules": sorted(sys.modules),
        "environ": environment(),
        "folder": folder(),
        "process": process(),
        "interpreter": interpreter(),
        "zone": [time.tzname, time.localtime(0).tm_hour],
    }


def environment():
    own = os.environ["TMPDIR"]
    return {name: value.replace(own, "TMPDIR") for name, value in os.environ.items()}


def folder():
    here = os.getcwd()
    is_marked = os.stat(here).st_mtime == 1  # as one of the hostile programs leaves it
    names = os.listdir(here)
    with open("mine", "w") as file:
        number = os.fstat(file.fileno()).st_ino
    # In a fresh private file system the first file has a low number; elsewhere it may be any.
    return [here == os.environ["TMPDIR"], os.stat(here).st_mode, names, is_marked, min(number, 99)]


def process():
    limits = ("RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_STACK", "RLIMIT_MEMLOCK")
    mask = os.umask(0o22)
    return {
        "mask": mask,
        "limits": [resource.getrlimit(getattr(resource, name)) for name in limits],
        "user": [os.getuid(), os.getgid(), os.getgroups()],
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "cores": len(os.sched_getaffinity(0)),
        "signals": [str(signal.getsignal(number)) for number in range(1, 32)],
        "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "timers": [signal.getitimer(kind) for kind in range(3)],
        "threads": [threading.active_count(), len(sys._current_frames())],
        "descriptors": [number for number in range(64) if is_open(number)],
        "flags": [fcntl.fcntl(number, fcntl.F_GETFL) for number in range(3)],
    }


def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def interpreter():
    digits = getattr(sys, "get_int_max_str_digits", int)()
    return {
        "path": sys.path,
        "argv": sys.argv,
        "limits": [sys.getrecursionlimit(), sys.getswitchinterval(), digits],
        "collector": [gc.isenabled(), gc.get_threshold(), gc.get_debug(), len(gc.callbacks)],
        "hooks": [sys.gettrace() is None, sys.getprofile() is None, len(sys.meta_path)],
        "stdout": [sys.stdout.fileno(), sys.stdout is sys.__stdout__],
    }
