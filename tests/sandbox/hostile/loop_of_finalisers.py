# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall | OverMemory
"""Makes garbage whose finaliser makes garbage."""


class Phoenix:
    def __init__(self):
        self.cycle = self

    def __del__(self):
        Phoenix()
        Phoenix()


def main_solution():
    while True:
        Phoenix()
