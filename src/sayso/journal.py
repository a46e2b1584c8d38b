"""The journal: what the program does, one line of JSON an event, for who operates it. Nothing personal can stand in it.

    {"at": "2026-11-28T14:02:11.408Z", "event": "clip.made", "clip": "clp_...", "grant": "grt_...", "ms": 4200}

Events go to Python's logger ``sayso.journal``, so that a program around Sayso sends them where it likes. The setting
``journal`` names a file for them, or ``-`` for standard error; without it nothing is written. A fact is a number, a
truth value, an id or a slug, under a name of `FACTS`: there is no fact for a name, a text or an address.
"""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any, Final

from sayso.clock import now, stamp
from sayso.disk import PRIVATE
from sayso.errors import Bug

FACTS: Final = frozenset(
    {"act", "clip", "code", "command", "engine", "entries", "error", "grant", "ms", "permit", "plan", "right", "role"}
)
"""The names that facts may have."""

STANDARD_ERROR: Final = "-"

Fact = int | bool | str

_LOGGER: Final = logging.getLogger("sayso.journal")
_SLUG: Final = re.compile(r"[a-z][a-z0-9]*([ ._:/-][a-z0-9]+)*")
_MOST_CHARS: Final = 64


class _Lines(logging.Formatter):
    """Writes an event as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of the record."""
        told: dict[str, Any] = {"at": stamp(now()), "event": record.msg, **record.__dict__.get("facts", {})}
        return json.dumps(told)


def note(event: str, **facts: Fact) -> None:
    """Note that ``event`` happened; raise `Bug` for a fact that could say something of a person."""
    if _LOGGER.isEnabledFor(logging.INFO) and _LOGGER.hasHandlers():
        for name, value in facts.items():
            require_impersonal(name, value)
        _LOGGER.info(event, extra={"facts": facts})


def keep(target: str) -> None:
    """Write events from now on to the file ``target``, or to standard error; once, however often it is asked for."""
    if not target or any(handler.name == target for handler in _LOGGER.handlers):
        return
    handler = _to_stderr() if target == STANDARD_ERROR else _to_file(Path(target))
    handler.name = target
    handler.setFormatter(_Lines())
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False


def _to_stderr() -> logging.Handler:
    return logging.StreamHandler()


def _to_file(path: Path) -> logging.Handler:
    path.touch(mode=PRIVATE, exist_ok=True)
    return logging.FileHandler(path, encoding="utf-8", delay=True)


def require_impersonal(name: str, value: Fact) -> None:
    """Raise `Bug` unless ``value`` may stand under ``name``: no name, text or address of a person does."""
    if name not in FACTS:
        raise Bug(f"journal: got the fact {name}, expected one of {', '.join(sorted(FACTS))}")
    if isinstance(value, str) and not (len(value) <= _MOST_CHARS and _SLUG.fullmatch(value)):
        raise Bug(f"journal: got text for the fact {name}, expected an id or a slug")
