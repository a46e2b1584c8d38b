"""The glossary says what the code has: each word once, each place in the code there, each list of values whole."""

from __future__ import annotations

import ast
import importlib
import re
from enum import Enum
from pathlib import Path

import pytest

import sayso
from sayso.ids import PREFIXES

SOURCE = Path(sayso.__file__).parent
TEXT = (Path(__file__).parents[2] / "GLOSSARY.md").read_text()
ROWS = re.findall(r"^\| (?!word \|)([^|-][^|]*?) \| ([^|]*?) \|([^|]*)\|$", TEXT, re.MULTILINE)
PLACES = [(word, place) for word, _, code in ROWS for place in re.findall(r"`([\w.]+)`", code)]
LISTS = {"action", "disclosure", "state", "party", "role", "layer", "artifact"}
"""The words whose row lists every value of an enum, which is the last class in the row."""


def exists(place: str) -> bool:
    """Return whether a module, a name in it or a method of a class in it is there, without loading any."""
    path, *rest = SOURCE, *place.split(".")
    while rest and (path / rest[0]).is_dir():
        path /= rest.pop(0)
    file = path / f"{rest.pop(0)}.py" if rest and (path / f"{rest[0]}.py").is_file() else path / "__init__.py"
    nodes = ast.parse(file.read_text()).body
    for name in rest:
        found = [node for node in nodes if name in names(node)]
        if not found:
            return False
        nodes = getattr(found[0], "body", [])
    return True


def names(node: ast.stmt) -> set[str]:
    """Return what a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def test_each_word_stands_once() -> None:
    words = [word for words, _, _ in ROWS for word in re.split(r", ", words)]
    assert len(words) > 90
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(("word", "place"), PLACES)
def test_each_place_in_the_code_is_there(word: str, place: str) -> None:
    assert exists(place), f"{word}: sayso.{place} does not exist"


@pytest.mark.parametrize("word", sorted(LISTS))
def test_each_list_of_values_is_whole(word: str) -> None:
    meaning, code = next((meaning, code) for name, meaning, code in ROWS if name == word)
    listed = {each for each in re.findall(r"`([\w-]+)`", meaning) if not each.endswith("_")}
    kinds = []
    for place in re.findall(r"`([\w.]+)`", code):
        module, _, name = place.rpartition(".")
        kind = getattr(importlib.import_module(f"sayso.{module}"), name)
        if isinstance(kind, type) and issubclass(kind, Enum):
            kinds.append(kind)
    assert listed == {str(each) for each in kinds[0]}


def test_each_kind_of_id_is_told() -> None:
    assert set(re.findall(r"`([a-z]{3})_\.\.\.`", TEXT)) == set(PREFIXES.values())


def test_each_room_has_a_word() -> None:
    rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()}
    ground = {"client", "database", "doors", "testing"}  # a word of the domain may be for them, and need not
    assert rooms - ground <= {place.partition(".")[0] for _, place in PLACES}
