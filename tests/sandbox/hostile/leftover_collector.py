# calls: 2
# expect: Returned 1
"""Leaves the collector in every state that there is, with callbacks that raise."""

import gc


def fail(*_):
    raise KeyboardInterrupt


def main_solution():
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.freeze()
    gc.callbacks.append(fail)
    gc.set_threshold(1, 1, 1)
    gc.enable()
    return 1
