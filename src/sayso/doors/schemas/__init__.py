"""The JSON schemas of results (draft 2020-12), one file a result, and which command answers with which.

The command line and the API share them; `sayso.doors.shapes` makes what they describe.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

PREFIX: Final = "urn:sayso:schema:"
"""What stands before a schema's name in its ``$id``, and in the references to it."""

_COMMANDS: Final = "commands"
_SUFFIX: Final = ".json"


def names() -> list[str]:
    """Return the names of the schemas, sorted; ``common`` holds what several share."""
    found = (file.name for file in files(__name__).iterdir() if file.name.endswith(_SUFFIX))
    return sorted(name.removesuffix(_SUFFIX) for name in found if name != _COMMANDS + _SUFFIX)


@cache
def schema(name: str) -> Mapping[str, Any]:
    """Return the schema ``name``; raise `FileNotFoundError` for one that is not there."""
    loaded: dict[str, Any] = json.loads(_text(name))
    return loaded


@cache
def commands() -> Mapping[str, list[str]]:
    """Return each command that takes ``--json`` with the names of its results; any may answer ``error`` besides.

    A command over many files answers ``file-error`` for each that fails.
    """
    loaded: dict[str, list[str]] = json.loads(_text(_COMMANDS))
    return loaded


def _text(name: str) -> str:
    return files(__name__).joinpath(name + _SUFFIX).read_text("utf-8")
