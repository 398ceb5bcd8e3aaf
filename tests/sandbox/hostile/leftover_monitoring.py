# calls: 2
# expect: Returned 1 | Raised | Died
"""Leaves the newer kind of tracer on for every event, where there is one."""

import sys


def watch(*_):
    raise KeyboardInterrupt


def main_solution():
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is not None:
        events = monitoring.events
        monitoring.use_tool_id(1, "hostile")
        for event in (events.PY_START, events.PY_RETURN, events.CALL, events.LINE):
            monitoring.register_callback(1, event, watch)
        monitoring.set_events(1, events.PY_START | events.PY_RETURN | events.CALL | events.LINE)
    return 1
