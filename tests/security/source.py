"""What the source itself says: who asks the gate, who makes, changes or releases sound. Read from the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sayso

SOURCE = Path(sayso.__file__).parent
GATES = {"gate", "_gate", "pass_"}
"""The names under which a gate, or what wraps one with its permit, goes in the source."""

MAKERS = {
    "restore": "changes a recording",
    "fit": "makes a voice",
    "render": "makes speech",
    "stream": "makes speech",
    "embed": "changes sound",
    "session": "changes sound",
    "push": "changes sound",
    "whole": "changes sound",
    "pieces": "releases sound",
    "encode": "writes sound",
    "encoded": "writes sound",
    "issue": "signs sound",
    "reopened": "brings sound out",
    "packed": "writes sound",
    "SoundDraft": "releases a file",
    "Draft": "releases a file",
    "publish": "releases a file",
    "write_whole": "releases a file",
}
"""The verbs of sound in this house: whoever calls one makes, changes, writes or releases sound, or a file."""

INSIDE = ("audio/", "restoration/", "engines/", "ledger/", "vault/", "canonical.py", "disk.py", "consent/", "models/")
"""Rooms that are handed sound or bytes and hand back others; who calls them is looked at, not they."""


@dataclass(frozen=True, order=True)
class Place:
    """A function: its file below ``sayso``, and its name in it."""

    file: str
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.function}"


@cache
def functions() -> dict[Place, ast.FunctionDef]:
    """Return every function of the source."""
    found: dict[Place, ast.FunctionDef] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        file = path.relative_to(SOURCE).as_posix()
        for name, node in _defined(ast.parse(path.read_text()), ""):
            found[Place(file, name)] = node
    return found


def _defined(tree: ast.AST, within: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _defined(node, f"{within}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{within}{node.name}", node
            yield from _defined(node, f"{within}{node.name}.<locals>.")


def calls(node: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield each call in a function with the last name of whose it is, and of what is called."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            target = inner.func
            if isinstance(target, ast.Attribute):
                owner = target.value
                yield getattr(owner, "attr", getattr(owner, "id", "")), target.attr, inner
            elif isinstance(target, ast.Name):
                yield "", target.id, inner


def is_gate(owner: str, name: str) -> bool:
    """Return whether a call asks a gate."""
    return name == "check" and owner in GATES


def asking() -> dict[Place, int]:
    """Return how often each function asks a gate."""
    counts = {place: sum(is_gate(*call[:2]) for call in calls(node)) for place, node in functions().items()}
    return {place: number for place, number in counts.items() if number}


@cache
def _imported(file: str) -> set[str]:
    """Return what a file imports from the room of audio."""
    tree = ast.parse((SOURCE / file).read_text())
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in nodes if (node.module or "").startswith("sayso.audio") for alias in node.names}


def writes(place: Place, owner: str) -> bool:
    """Return whether ``encode`` here is that of sound: many other things are encoded."""
    return not owner and "encode" in _imported(place.file)


def touching_sound() -> dict[Place, set[str]]:
    """Return which verbs of sound each function outside the rooms calls."""
    found: dict[Place, set[str]] = {}
    for place, node in functions().items():
        if place.file.startswith(INSIDE):
            continue
        verbs = {
            name for owner, name, _ in calls(node) if name in MAKERS and (name != "encode" or writes(place, owner))
        }
        if verbs:
            found[place] = verbs
    return found


def giving_marked_audio() -> set[Place]:
    """Return every function that says it returns marked audio."""
    return {place for place, node in functions().items() if node.returns and "MarkedAudio" in ast.unparse(node.returns)}
