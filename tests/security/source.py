"""What the source itself says: who asks the gate, who makes, changes or releases sound. Read from the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sayso

SOURCE = Path(sayso.__file__).parent
Function = ast.FunctionDef | ast.AsyncFunctionDef
"""What the source defines with ``def``, and with ``async def``."""

UNNAMED = "()"
"""Stands for whatever has no name that a method is called on, such as what another call returns."""

GATES = {"gate", "_gate", "pass_", "permitted", "_permitted"}
"""The names under which a gate, or what wraps one with its permit, goes in the source."""

FUNCTIONS = {
    "restore": ("sayso.restoration", "changes a recording"),
    "prepared": ("sayso.voices", "changes a recording"),
    "enrolled": ("sayso.enrollment", "changes a recording"),
    "fit": ("sayso.voices", "makes a voice"),
    "clone_zero_shot": ("sayso.voices", "makes a voice"),
    "teach": ("sayso.voices", "makes a voice"),
    "sealed_recordings": ("sayso.workflows.voices.archive", "keeps a voice"),
    "sealed_voice": ("sayso.workflows.voices.archive", "keeps a voice"),
    "encode": ("sayso.audio", "writes sound"),
    "write_blocks": ("sayso.audio", "writes sound"),
    "tagged": ("sayso.audio", "writes sound"),
    "issue": ("sayso.credentials", "signs sound"),
    "reopened": ("sayso.mark", "brings sound out of the vault"),
    "packed": ("sayso.workflows.speech.credentials", "writes sound"),
    "MarkedOutflow": ("sayso.mark", "releases sound"),
    "SoundDraft": ("sayso.workflows.provenance.releasing", "releases a file"),
    "Draft": ("sayso.disk", "releases a file"),
    "write_whole": ("sayso.disk", "releases a file"),
    "write_group": ("sayso.disk", "releases a file"),
}
"""The verbs of sound that are functions or classes, and the module, or the package of it, that has them.

Another function of the same name is none: `write_document` takes text, and a session of a model marks nothing.
"""

METHODS = {
    "render": "makes speech",
    "stream": "makes speech",
    "clone": "makes a voice",
    "embed": "changes sound",
    "session": "changes sound",
    "push": "changes sound",
    "whole": "changes sound",
    "finish": "releases sound",
    "pieces": "releases sound",
    "encoded": "writes sound",
    "publish": "releases a file",
}
"""The verbs of sound that are methods. Whoever calls either makes, changes, writes or releases sound, or a file."""

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
def functions() -> dict[Place, Function]:
    """Return every function of the source, those that are awaited too."""
    found: dict[Place, Function] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        file = path.relative_to(SOURCE).as_posix()
        for name, node in _defined(ast.parse(path.read_text()), ""):
            found[Place(file, name)] = node
    return found


def _defined(tree: ast.AST, within: str) -> Iterator[tuple[str, Function]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _defined(node, f"{within}{node.name}.")
        elif isinstance(node, Function):
            yield f"{within}{node.name}", node
            yield from _defined(node, f"{within}{node.name}.<locals>.")


def calls(node: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield each call in a function with the last name of whose it is, and of what is called."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            target = inner.func
            if isinstance(target, ast.Attribute):
                owner = target.value
                yield getattr(owner, "attr", getattr(owner, "id", UNNAMED)), target.attr, inner
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
def _imports(file: str) -> dict[str, str]:
    """Return where each name comes from that a file imports anywhere in it: ``fit`` from ``sayso.voices.fit``."""
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse((SOURCE / file).read_text())):
        if isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.asname or alias.name.split(".")[-1]: alias.name for alias in node.names}
    return found


def importing(package: str) -> set[str]:
    """Return the files outside ``package`` that import anything of it."""
    home = package.removeprefix("sayso.").replace(".", "/") + "/"
    files = {place.file for place in functions() if not place.file.startswith(home)}
    return {file for file in files if any((name + ".").startswith(package + ".") for name in _imports(file).values())}


@cache
def _modules(file: str) -> set[str]:
    """Return the names in a file that are modules: what is called on them is a function, not a method."""
    found = set()
    for name, origin in _imports(file).items():
        path = SOURCE.parent / origin.replace(".", "/")
        if path.is_dir() or path.with_suffix(".py").exists():
            found.add(name)
    return found


def verb(place: Place, owner: str, called: str) -> str | None:
    """Return which verb of sound is called, by whatever name; None if it is none."""
    imports = _imports(place.file)
    if owner in _modules(place.file):
        origin = f"{imports[owner]}.{called}"
    elif owner:
        return called if called in METHODS else None
    else:
        here = "sayso." + place.file.removesuffix(".py").replace("/", ".")
        origin = imports.get(called, f"{here}.{called}")
    home, _, name = origin.rpartition(".")
    return name if name in FUNCTIONS and (home + ".").startswith(FUNCTIONS[name][0] + ".") else None


def touching_sound() -> dict[Place, set[str]]:
    """Return which verbs of sound each function outside the rooms calls."""
    found: dict[Place, set[str]] = {}
    for place, node in functions().items():
        verbs = {verb(place, owner, name) for owner, name, _ in calls(node)} - {None}
        if verbs and not place.file.startswith(INSIDE):
            found[place] = verbs
    return found


def giving_marked_audio() -> set[Place]:
    """Return every function that says it returns marked audio."""
    return {place for place, node in functions().items() if node.returns and "MarkedAudio" in ast.unparse(node.returns)}
