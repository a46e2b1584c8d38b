"""Work on a production in a process of its own: see `sayso.workflows.installation.elsewhere`."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import Any

from sayso.accounts.rights import Right
from sayso.workflows.installation.elsewhere import begun, taken_up
from sayso.workflows.installation.session import Session


def spawned(session: Session, work: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    """Return a process that does ``work`` as who asks.

    It is ``{"help": ID, "priority": N}``, ``{"run": ID, "to": DELIVERY, "priority": N}``, ``{"resume": RUN}`` or
    ``{"fork": RUN, "step": N, "new": RUN}``.
    """
    session.require(Right.SPEECH)
    return begun(session, "sayso.workflows.productions.elsewhere", work)


def main() -> None:
    """Do what the standard input says."""
    # Both load this module: it can load them only when it works.
    from sayso.workflows.productions import plans, queueing, running, sharing  # noqa: PLC0415
    from sayso.workflows.productions.delivery import Delivery  # noqa: PLC0415

    told, session = taken_up()
    if "run" in told:
        running.run(session, told["run"], Delivery.of(told["to"]), priority=told["priority"])
    elif "resume" in told:
        running.resume(session, told["resume"])
    elif "fork" in told:
        running.fork(session, told["fork"], told["step"], new=told["new"])
    else:
        production = plans.opened(session, told["help"])
        lines = sharing.SharedLines(session, production, queueing.Queue(session, production, told["priority"]))
        while lines.help():
            pass
    session.close()


if __name__ == "__main__":
    main()
