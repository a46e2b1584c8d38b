"""One name, one thing: each public class and each error's slug is unique; no room has more than can be looked over."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import sayso
from sayso.errors import SaysoError
from tests.packages import read_all

SOURCE = Path(sayso.__file__).parent
TESTS = Path(__file__).parent
ATTACKS = TESTS / "security" / "attacks.py"
MAX_MODULES = 30


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


def test_no_room_has_more_than_thirty_modules() -> None:
    """A room counts with its folders; of these five each folder is a room of its own."""
    counts = {path.name: len(list(path.rglob("*.py"))) for path in SOURCE.iterdir() if path.is_dir()}
    for name in ("doors", "workflows", "engines", "corpus", "restoration"):
        del counts[name]
        folders = [path for path in (SOURCE / name, *(SOURCE / name).rglob("*")) if path.is_dir()]
        counts |= {path.relative_to(SOURCE).as_posix(): len(list(path.glob("*.py"))) for path in folders}
    assert {folder: count for folder, count in counts.items() if count > MAX_MODULES} == {}


def test_each_public_class_has_a_name_of_its_own() -> None:
    found = defaultdict(list)
    for name, place in classes():
        found[name].append(place)
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_each_class_of_errors_has_a_slug_of_its_own() -> None:
    read_all()
    found = defaultdict(set)
    for error in errors():
        found[error.__new__(error).slug].add(f"{error.__module__}.{error.__qualname__}")
    assert len(found) > 100
    assert {slug: names for slug, names in found.items() if len(names) > 1} == {}


def test_no_test_names_what_is_private() -> None:
    """What begins with an underscore may be renamed any day: a test that names it holds the name and no behaviour.

    Attacks are not asked: each goes at a step of the code, as the checks that they try are inside of it.
    """
    assert [found for path in sorted(TESTS.rglob("*.py")) if path != ATTACKS for found in private_names(path)] == []


def private_names(path: Path) -> Iterator[str]:
    """Yield the private names of Sayso that ``path`` imports, or reads from what it imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sayso")]
    names = [alias.name for node in imports for alias in node.names]
    read = [node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    names += [node.attr for node in read if isinstance(node.value, ast.Name) and node.value.id in names]
    yield from (f"{path.name}: {name}" for name in names if name.startswith("_") and not name.startswith("__"))
