"""What keeps code from being a function of its arguments alone: files, clocks, chance, windows.

Imports the standard library and ``scopes``. Reasons are words for the operator; nothing here runs
or imports what it judges.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from codeiod.teachers.builtin.analysis.scopes import NOTHING, Nodes
from codeiod.teachers.builtin.analysis.wellknown import words

PURE_MODULES = words(
    """abc array ast base64 binascii bisect calendar cmath collections colorsys copy
    dataclasses datetime decimal difflib doctest enum fractions functools hashlib heapq html
    itertools json keyword math numbers numpy operator pprint queue re statistics string
    struct textwrap types typing typing_extensions unicodedata warnings zlib __future__"""
)
UNFIT_MODULES = {
    **dict.fromkeys(words("random secrets uuid"), "draws random numbers"),
    **dict.fromkeys(words("time timeit"), "asks the clock"),
    **dict.fromkeys(
        words("os pathlib shutil glob csv sqlite3 pickle shelve tempfile io fileinput zipfile"),
        "reads or writes files",
    ),
    **dict.fromkeys(
        words("requests urllib http socket ssl smtplib flask django aiohttp bs4"),
        "uses the network",
    ),
    **dict.fromkeys(words("subprocess signal platform ctypes"), "uses the operating system"),
    **dict.fromkeys(words("threading multiprocessing asyncio concurrent"), "runs in parallel"),
    **dict.fromkeys(words("argparse getopt optparse click curses"), "is a command line"),
    **dict.fromkeys(
        words("tkinter Tkinter pygame turtle PyQt5 kivy matplotlib pylab seaborn plotly PIL cv2"),
        "draws on a screen",
    ),
    **dict.fromkeys(words("unittest pytest nose mock"), "is a test"),
}
UNFIT_ATTRIBUTES = {
    ("datetime", "now"): "asks the clock",
    ("datetime", "today"): "asks the clock",
    ("datetime", "utcnow"): "asks the clock",
    ("numpy", "random"): "draws random numbers",
    ("numpy", "load"): "reads or writes files",
    ("numpy", "loadtxt"): "reads or writes files",
    ("numpy", "genfromtxt"): "reads or writes files",
    ("numpy", "savetxt"): "reads or writes files",
    ("numpy", "recfromcsv"): "reads or writes files",
}
UNFIT_CALLS = {
    **dict.fromkeys(("input", "raw_input"), "reads from the keyboard"),
    "open": "reads or writes files",
    **dict.fromkeys(("exec", "eval", "compile", "__import__"), "runs text as code"),
    **dict.fromkeys(("globals", "locals", "vars", "breakpoint"), "looks into the interpreter"),
    **dict.fromkeys(("id", "hash"), "depends on memory addresses or hash seeds"),
    **dict.fromkeys(("exit", "quit"), "ends the process"),
    **dict.fromkeys(("unicode", "xrange", "basestring", "unichr", "cmp"), "is Python 2"),
    "print": "prints",
}
FINE_OF_SYS = frozenset({"maxsize", "float_info", "setrecursionlimit", "version_info"})
NUMPY_ONLY_OLD = frozenset({"int", "float", "bool", "object", "str", "asscalar", "matrix"})


@dataclass(frozen=True, slots=True)
class Outside:
    """What code takes from outside of its file.

    :param modules: what the names that the file imports stand for, dotted.
    :param names: the names that mean what the interpreter or an import says, and no own thing.
    """

    modules: Mapping[str, str]
    names: frozenset[str]


def hindrance(nodes: Iterable[ast.AST], outside: Outside, dropped: Nodes = NOTHING) -> str:
    """Say why code can't be run as a pure function, ``""`` where nothing is against it."""
    return next((why for n in walk(nodes, dropped) if (why := _of_node(n, outside))), "")


def walk(nodes: Iterable[ast.AST], dropped: Nodes = NOTHING) -> Iterator[ast.AST]:
    """Walk nodes in the order of the text, without those that are dropped."""
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        if node not in dropped:
            yield node
            stack.extend(list(ast.iter_child_nodes(node))[::-1])


def module_hindrance(dotted: str) -> str:
    """Say what is wrong with a module, ``""`` for one of the pure ones."""
    root = dotted.partition(".")[0]
    if root in PURE_MODULES or root == "sys":
        return UNFIT_ATTRIBUTES.get((root, dotted.split(".")[-1]), "") if "." in dotted else ""
    return UNFIT_MODULES.get(root, f"needs the module {root or dotted}")


def _of_node(node: ast.AST, outside: Outside) -> str:
    match node:
        case ast.AsyncFunctionDef() | ast.Await():
            return "is asynchronous"
        case ast.Name(id=name, ctx=ast.Load()) if name in outside.names:
            return _of_name(name, outside.modules)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in outside.modules:
            return _of_attribute(outside.modules[name], attribute)
        case ast.Call(func=ast.Attribute(attr="today" | "now" | "utcnow")):
            return "asks the clock"
        case ast.Import() | ast.ImportFrom():
            return next((why for _, m in imported(node) if (why := module_hindrance(m))), "")
    return ""


def _of_name(name: str, modules: Mapping[str, str]) -> str:
    if name not in modules:
        return UNFIT_CALLS.get(name, "")
    dotted = modules[name]
    root, _, attribute = dotted.rpartition(".")
    if root == "sys" and attribute not in FINE_OF_SYS:
        return "uses the operating system"
    return module_hindrance(dotted)


def _of_attribute(dotted: str, attribute: str) -> str:
    if dotted == "sys" and attribute not in FINE_OF_SYS:
        return {"stdin": "reads from the keyboard", "exit": "ends the process"}.get(
            attribute, "uses the operating system"
        )
    root = dotted.partition(".")[0]
    if root == "numpy" and attribute in NUMPY_ONLY_OLD:
        return "uses what numpy no longer has"
    return UNFIT_ATTRIBUTES.get((root, attribute), "") or module_hindrance(dotted)


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Give the names that an import binds, each with what it stands for."""
    if isinstance(node, ast.ImportFrom):
        prefix = "." * node.level + (node.module or "")
        for alias in node.names:
            yield alias.asname or alias.name, f"{prefix}.{alias.name}"
    else:
        for alias in node.names:
            dotted = alias.name if alias.asname else alias.name.partition(".")[0]
            yield alias.asname or dotted, dotted
