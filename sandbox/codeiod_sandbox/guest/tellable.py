"""Say which code a trace tells of. Imports the standard library alone."""

import builtins
from types import CodeType

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

FILE_NAME = "program.py"
_IS_FUNCTION = 0x1  # a code flag, CO_OPTIMIZED: class bodies lack it


def is_told(code: CodeType) -> bool:
    """Tell whether it is a function, or a method, in the program's own text, with a name."""
    file, name = code.co_filename, code.co_name
    if type(file) is not str or file != FILE_NAME or type(name) is not str:
        return False  # a program can make code whose names lie
    return bool(code.co_flags & _IS_FUNCTION) and name[:1] != "<"
