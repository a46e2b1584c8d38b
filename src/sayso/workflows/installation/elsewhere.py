"""Work in a process of its own, which acts for the same actor and ends with the process that began it.

What it is to do comes over its standard input, as JSON: never as words of a command, which others could read in the
list of processes. The end of that input is the end of the work; what was made by then is kept.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from sayso.accounts.actor import Actor, Role
from sayso.accounts.terms import KeyScope
from sayso.ids import OrganisationId
from sayso.settings import Settings
from sayso.workflows.installation.session import Session, open_session


def begun(session: Session, module: str, work: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    """Return a process that runs ``module``, which takes ``work`` up as who asks; the caller has asked for a right."""
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    actor = session.actor
    told = {
        "settings": {
            f.name: _plain(getattr(session.settings, f.name)) for f in fields(Settings) if f.name != "origins"
        },
        "actor": [actor.role, actor.organisation, actor.credential, actor.until],
        "key": None if actor.key is None else dataclasses.asdict(actor.key),
        **work,
    }
    if process.stdin is not None:
        process.stdin.write(json.dumps(told).encode() + b"\n")
        process.stdin.flush()
    return process


def _plain(value: object) -> object:
    return {"path": str(value)} if isinstance(value, Path) else value


def _valued(value: Any) -> Any:
    if isinstance(value, dict):
        return Path(value["path"])
    return tuple(value) if isinstance(value, list) else value


def _session(told: Mapping[str, Any]) -> Session:
    settings = Settings(**{name: _valued(value) for name, value in told["settings"].items()})
    role, organisation, credential, until = told["actor"]
    bound = told["key"] and {
        name: _valued(value) if name != "aliases" else value for name, value in told["key"].items()
    }
    key = None if bound is None else KeyScope(**bound)
    return open_session(settings, Actor(Role(role), OrganisationId(organisation), credential, key=key, until=until))


def taken_up() -> tuple[Mapping[str, Any], Session]:
    """Return the work that the standard input tells of, and the session of who asked; its end ends this process."""
    told = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return told, _session(told)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
