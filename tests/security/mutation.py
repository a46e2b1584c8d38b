"""Taking a check out of the running program, one at a time: the function goes on, the check is gone.

The source of the function's module is parsed, changed, compiled, and the function gets the code that comes of it;
afterwards it gets its own back.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from .source import SOURCE, Function, Place, functions, is_gate

Change = Callable[[Function], bool]
"""Takes one check out of a function; returns whether it found it."""


@dataclass(frozen=True)
class Mutation:
    """One check that is taken away: where, and what of it."""

    place: Place
    what: str
    change: Change

    def __str__(self) -> str:
        return f"{self.place} without {self.what}"

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Run with the check gone."""
        function = _function(self.place)
        kept = function.__code__
        function.__code__ = self._mutated(kept)
        try:
            yield
        finally:
            function.__code__ = kept

    def _mutated(self, kept: CodeType) -> CodeType:
        tree = ast.parse((SOURCE / self.place.file).read_text())
        if not self.change(_node(tree, self.place.function)):
            raise AssertionError(f"{self}: there is no such check any more")
        compiled = compile(ast.fix_missing_locations(tree), kept.co_filename, "exec", dont_inherit=True)
        return next(code for code in _codes(compiled) if code.co_qualname == kept.co_qualname)


def _function(place: Place) -> FunctionType:
    found: Any = importlib.import_module("sayso." + place.file.removesuffix(".py").replace("/", "."))
    for name in place.function.split("."):
        found = getattr(found, name)
    return found


def _node(tree: ast.AST, name: str) -> Function:
    for part in name.split("."):
        kinds = ast.ClassDef | Function
        tree = next(node for node in ast.iter_child_nodes(tree) if isinstance(node, kinds) and node.name == part)
    assert isinstance(tree, Function)
    return tree


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _asks(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    return is_gate(getattr(owner, "attr", getattr(owner, "id", "")), node.func.attr)


class _Without(ast.NodeTransformer):
    """Takes out the statement that is the call ``number`` of those that ``wanted`` tells."""

    def __init__(self, wanted: Callable[[ast.AST], bool], number: int) -> None:
        self.wanted, self.left, self.found = wanted, number, False

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if self.wanted(node.value):
            self.left -= 1
            if self.left == -1:
                self.found = True
                return ast.copy_location(ast.Pass(), node)
        return node


def without_call(wanted: Callable[[ast.AST], bool], number: int = 0) -> Change:
    """Return what takes out a whole check."""

    def change(node: Function) -> bool:
        transformer = _Without(wanted, number)
        transformer.visit(node)
        return transformer.found

    return change


def without_word(number: int, word: str) -> Change:
    """Return what takes one keyword out of a question to the gate, so that the gate no longer looks at it.

    A length is not left out but said to be nothing, since some who wrap the gate insist on one.
    """

    def change(node: Function) -> bool:
        call = [each for each in ast.walk(node) if _asks(each)][number]
        assert isinstance(call, ast.Call)
        kept = [each for each in call.keywords if each.arg != word]
        found = len(kept) < len(call.keywords)
        call.keywords = [*kept, ast.keyword("made_ms", ast.Constant(0))] if word == "made_ms" else kept
        return found

    return change


def without_branch(test: str) -> Change:
    """Return what takes out the branch with this test."""

    def change(node: Function) -> bool:
        for outer in ast.walk(node):
            for inner in getattr(outer, "body", []) if isinstance(outer, Function | ast.If | ast.Try) else []:
                if isinstance(inner, ast.If) and ast.unparse(inner.test) == test:
                    inner.test = ast.Constant(value=False)
                    return True
        return False

    return change


def without_row(name: str) -> Change:
    """Return what takes the row that begins with ``name`` out of a table of comparisons."""

    def change(node: Function) -> bool:
        for table in [each for each in ast.walk(node) if isinstance(each, ast.Tuple)]:
            rows = [row for row in table.elts if not (isinstance(row, ast.Tuple) and _begins(row, name))]
            if len(rows) < len(table.elts):
                table.elts = rows
                return True
        return False

    return change


def _begins(row: ast.Tuple, name: str) -> bool:
    first = row.elts[0] if row.elts else None
    return isinstance(first, ast.Constant) and first.value == name


WRAPPED = {"mark/embedder.py": "_check", "doors/api/speech.py": "left"}
"""Functions that ask a gate before all else: whoever calls them has a check there too."""


def _asks_wrapped(file: str) -> Callable[[ast.AST], bool]:
    return lambda node: isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == WRAPPED.get(file)


def of_stages() -> list[Mutation]:
    """Return every question to a gate in the source, gone as a whole, and every keyword of one, gone alone."""
    found = []
    for place, node in functions().items():
        if any(_asks_wrapped(place.file)(each) for each in ast.walk(node)):
            found.append(Mutation(place, "its check", without_call(_asks_wrapped(place.file))))
        for number, call in enumerate(each for each in ast.walk(node) if _asks(each)):
            assert isinstance(call, ast.Call)
            found.append(Mutation(place, f"check {number}", without_call(_asks, number)))
            words = [each.arg for each in call.keywords if each.arg and ast.unparse(each.value) != "0"]
            found += [Mutation(place, f"{word} in check {number}", without_word(number, word)) for word in words]
    return found


GATE = Place("consent/permit.py", "Gate.check")
RELEASED = Place("consent/permit.py", "_misreleased")
SIGNED = Place("consent/permit.py", "Gate._check_signature")


def of_gate() -> list[Mutation]:
    """Return every comparison that the gate itself makes, gone."""
    rows = [Mutation(GATE, name, without_row(name)) for name in _rows(GATE)]
    released = [Mutation(RELEASED, name, without_row(name)) for name in _rows(RELEASED)]
    branches = [
        Mutation(place, f"`if {test}`", without_branch(test)) for place in (GATE, SIGNED) for test in _branches(place)
    ]
    signature = Mutation(GATE, "the signature", without_call(lambda call: "_check_signature" in ast.unparse(call)))
    return [*rows, *released, *branches, signature]


def _rows(place: Place) -> list[str]:
    tables = [node for node in ast.walk(functions()[place]) if isinstance(node, ast.Tuple)]
    rows = [row for table in tables for row in table.elts if isinstance(row, ast.Tuple)]
    return [str(row.elts[0].value) for row in rows if isinstance(row.elts[0], ast.Constant)]


def _branches(place: Place) -> list[str]:
    """Return the test of every branch that refuses; one that lets through by memory is none."""
    found = [node for node in ast.walk(functions()[place]) if isinstance(node, ast.If)]
    return [ast.unparse(node.test) for node in found if not isinstance(node.body[-1], ast.Return)]
