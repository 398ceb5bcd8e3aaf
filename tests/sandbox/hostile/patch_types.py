# expect: Returned | Raised | NotJson | Died | TimedOut cpu | TimedOut wall
"""Changes the methods of the built-in types themselves, under everyone's feet."""

import ctypes
import gc


def main_solution():
    for kind in (str, int, list, dict, tuple, type, object, bytes):
        (members,) = gc.get_referents(kind.__dict__)
        for name in ("__str__", "__iter__", "encode", "__repr__", "__int__", "items", "__get__"):
            if name in members:
                members[name] = lambda *_, **__: "forged"
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
    return {"a": [1, "x"]}
