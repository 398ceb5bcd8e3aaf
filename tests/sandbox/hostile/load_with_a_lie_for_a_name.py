# expect: Died protocol | Died exit 70 | LoadFailed | Raised KeyboardInterrupt
"""Puts a name among its globals that fights back when the function is looked up."""


class Name(str):
    def __eq__(self, other):
        raise KeyboardInterrupt

    def __hash__(self):
        return hash("main_solution")


globals()[Name("main_solution")] = 1
