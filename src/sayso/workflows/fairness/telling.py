"""What the monitor found last, kept for the server's figures: no person, no sample, only strata of many people."""

from __future__ import annotations

from typing import Final

from sayso.accounts.rights import Right
from sayso.disk import write_document
from sayso.workflows.installation.session import Session

FILE: Final = "drift.prom"
_MOST_BYTES: Final = 1 << 20
_AGE: Final = "sayso_fairness_drift_told_seconds"


def tell_drift(session: Session, figures: str) -> None:
    """Keep ``figures``, in Prometheus' text format, for the server of this installation; the last ones count."""
    session.require(Right.GATE)
    write_document(session.settings.home / FILE, figures)


def told_drift(session: Session) -> str:
    """Return the figures that were kept last, and when; empty where there are none."""
    path = session.settings.home / FILE
    try:
        with path.open("rb") as file:
            figures, at = file.read(_MOST_BYTES), path.stat().st_mtime
    except OSError:
        return ""
    when = f"# HELP {_AGE} when the monitor found this, in Unix time\n# TYPE {_AGE} gauge\n{_AGE} {at:.0f}\n"
    return figures.decode(errors="replace") + when
