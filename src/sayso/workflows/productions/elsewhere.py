"""Work on a production in a process of its own, which acts for the same actor and ends with the process that began it.

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
from sayso.accounts.rights import Right
from sayso.accounts.terms import KeyScope
from sayso.ids import OrganisationId
from sayso.settings import Settings
from sayso.workflows.installation.session import Session, open_session


def spawned(session: Session, work: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    """Return a process that does ``work`` as who asks.

    It is ``{"help": ID, "priority": N}``, ``{"run": ID, "to": DELIVERY, "priority": N}`` or ``{"resume": RUN}``.
    """
    session.require(Right.SPEECH)
    process = subprocess.Popen(
        [sys.executable, "-m", "sayso.workflows.productions.elsewhere"],
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


def main() -> None:
    """Do what the standard input says."""
    # Both load this module: it can load them only when it works.
    from sayso.workflows.productions import plans, queueing, running, sharing  # noqa: PLC0415
    from sayso.workflows.productions.delivery import Delivery  # noqa: PLC0415

    told = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    session = _session(told)
    if "run" in told:
        running.run(session, told["run"], Delivery.of(told["to"]), priority=told["priority"])
    elif "resume" in told:
        running.resume(session, told["resume"])
    else:
        production = plans.opened(session, told["help"])
        lines = sharing.SharedLines(session, production, queueing.Queue(session, production, told["priority"]))
        while lines.help():
            pass
    session.close()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
