"""One name, one thing: each public class and each error's slug is unique, so that a word says where to look."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import sayso
from sayso.errors import SaysoError

SOURCE = Path(sayso.__file__).parent


def classes() -> Iterator[tuple[str, str]]:
    """Yield the name and the place of each public class, as it is written."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, path.relative_to(SOURCE).as_posix()


def errors(kind: type[SaysoError] = SaysoError) -> Iterator[type[SaysoError]]:
    """Yield each class of errors of Sayso itself."""
    for child in kind.__subclasses__():
        if child.__module__.startswith("sayso."):
            yield child
        yield from errors(child)


def test_each_public_class_has_a_name_of_its_own() -> None:
    found = defaultdict(list)
    for name, place in classes():
        found[name].append(place)
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_each_class_of_errors_has_a_slug_of_its_own() -> None:
    for module in pkgutil.walk_packages(sayso.__path__, "sayso."):
        if ".migrations." not in module.name:
            importlib.import_module(module.name)
    found = defaultdict(set)
    for error in errors():
        found[error.__new__(error).slug].add(f"{error.__module__}.{error.__qualname__}")
    assert len(found) > 100
    assert {slug: names for slug, names in found.items() if len(names) > 1} == {}
