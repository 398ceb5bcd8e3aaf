# limits: call_seconds=0.1
# expect: TimedOut cpu | TimedOut wall
"""Loops in a finaliser that catches all, as the function returns."""


class Stubborn:
    def __del__(self):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass


def main_solution():
    stubborn = Stubborn()
    return stubborn is None
