# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall | OverMemory
"""Takes all memory in ever smaller pieces, and takes no for no answer."""


def main_solution():
    kept = []
    while True:
        for size in (1 << 22, 1 << 12, 1 << 6):
            try:
                while True:
                    kept.append(bytearray(size))
            except BaseException:
                pass
