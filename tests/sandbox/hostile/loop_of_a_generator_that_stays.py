# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Loops in a generator when that is closed."""


def stubborn():
    while True:
        try:
            while True:
                yield
        except GeneratorExit:
            while True:
                pass


def main_solution():
    generator = stubborn()
    next(generator)
    generator.close()
