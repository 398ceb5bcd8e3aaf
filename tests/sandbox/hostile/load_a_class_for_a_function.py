# expect: Raised KeyboardInterrupt
"""Has a class whose metaclass raises in the place of the function."""


class Meta(type):
    def __call__(cls, *_, **__):
        raise KeyboardInterrupt


class main_solution(metaclass=Meta):
    pass
