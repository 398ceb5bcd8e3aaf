# expect: Returned []
"""Takes more of the machine's time than it is due, and another core."""

import os


def main_solution():
    done = []
    for change in (
        lambda: os.nice(-5),
        lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19),
        lambda: os.sched_setaffinity(0, {0}),
        lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
        lambda: os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"-1000"),
    ):
        try:
            change()
            done.append("done")
        except OSError:
            pass
    return done
