"""Linked lists and binary trees as arguments: built from lists of values, and read back.

Imports the standard library only. The usual shapes alone: ``next`` for a list, ``left`` and
``right`` for a tree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from codeiod.teachers.builtin.analysis.wellknown import words

VALUES = ("val", "value", "data", "key", "item", "v")
LINKS = frozenset({"next", "left", "right"})
USUAL_NAMES = words(
    """root head tree node l1 l2 list1 list2 root1 root2 t1 t2 tree1 tree2 heada headb head1
    head2 node1 node2 s t p q original cloned subroot"""
)
SURE_NAMES = words("root head tree l1 l2 root1 root2 t1 t2 heada headb head1 head2")

NEW_CLASS = """\
class {name}:
    def __init__(self, {value}, {keywords}):
        self.{value} = {value}
{links}
"""
BUILD_LIST = '''\
def {build}(values):
    """Link the values into a list and return its first node, None where there are no values."""
    first = None
    for value in reversed(values):
        node = {name}(value)
        node.next = first
        first = node
    return first
'''
READ_LIST = '''\
def {read}(node):
    """List the values of a linked list from a node on."""
    values = []
    while node is not None:
        values.append(node.{value})
        node = node.next
    return values
'''
BUILD_TREE = '''\
def {build}(values):
    """Build a binary tree from its values level by level; None stands for a missing child."""
    nodes = [None if value is None else {name}(value) for value in values]
    waiting = nodes[::-1]
    root = waiting.pop() if waiting else None
    for node in nodes:
        if node is not None:
            node.left = waiting.pop() if waiting else None
            node.right = waiting.pop() if waiting else None
    return root
'''
READ_TREE = '''\
def {read}(root):
    """List the values of a binary tree level by level; None stands for a missing child."""
    values, waiting = [], [root]
    while waiting:
        node = waiting.pop(0)
        values.append(None if node is None else node.{value})
        if node is not None:
            waiting += [node.left, node.right]
    while values and values[-1] is None:
        values.pop()
    return values
'''


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of nodes: its name, the attribute that holds the value, and its links."""

    name: str
    value: str
    tree: bool
    own: bool
    """The file does not define it, so it has to be written."""

    @property
    def build(self) -> str:
        return "tree_of" if self.tree else "linked_list_of"

    @property
    def read(self) -> str:
        return "values_of_tree" if self.tree else "values_of_list"

    @property
    def annotation(self) -> str:
        return "list[int | None]" if self.tree else "list[int]"

    @property
    def told(self) -> str:
        if self.tree:
            return "a binary tree, its values level by level, null where a child is missing"
        return "a linked list, given by its values from the first to the last"

    def class_text(self) -> str:
        """Write the class where the file lacks it."""
        links = ("left", "right") if self.tree else ("next",)
        return NEW_CLASS.format(
            name=self.name,
            value=self.value,
            keywords=", ".join(f"{link}=None" for link in links),
            links="\n".join(f"        self.{link} = {link}" for link in links),
        )

    def build_text(self) -> str:
        template = BUILD_TREE if self.tree else BUILD_LIST
        return template.format(build=self.build, name=self.name)

    def read_text(self) -> str:
        template = READ_TREE if self.tree else READ_LIST
        return template.format(read=self.read, value=self.value)


def kind_of(
    attributes: Iterable[str], classes: Mapping[str, ast.ClassDef], missing: Iterable[str]
) -> Kind | None:
    """Tell which nodes code works on by the attributes that it names, None where on none."""
    used = set(attributes)
    tree = {"left", "right"} <= used
    if not tree and "next" not in used:
        return None
    usual = (
        ["TreeNode", "Node", "BinaryTreeNode"] if tree else ["ListNode", "Node", "LinkedListNode"]
    )
    for name, node in classes.items():
        if _links(node, tree) and (value := _value_of(node)):
            return Kind(name, value, tree, own=False)
    value = next((v for v in VALUES if v in used), "val")
    name = next((n for n in usual if n in set(missing)), usual[0])
    return None if name in classes else Kind(name, value, tree, own=True)


def _links(node: ast.ClassDef, tree: bool) -> bool:
    stored = _stored(node)
    return {"left", "right"} <= stored if tree else "next" in stored and "left" not in stored


def _value_of(node: ast.ClassDef) -> str:
    """Return the attribute that holds the value, where one argument makes a node."""
    init = next(
        (s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"), None
    )
    if init is None or init.args.vararg or init.args.kwonlyargs:
        return ""
    required = len(init.args.args) - 1 - len(init.args.defaults)
    if required > 1 or len(init.args.args) < 2:
        return ""
    first = init.args.args[1].arg
    for statement in init.body:
        match statement:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)],
                value=ast.Name(id=name),
            ) if name == first:
                return attribute
    return ""


def _stored(node: ast.ClassDef) -> set[str]:
    init = [s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"]
    return {
        n.attr
        for s in init
        for n in ast.walk(s)
        if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)
    }
