"""The check-up: everything that Sayso needs, looked at once, each with what was found."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from sayso.accounts.rights import Right
from sayso.clock import now
from sayso.engines.registry import installed
from sayso.errors import Conflict, Invalid, NotFound, Refused, SaysoError, Tampered, Unavailable
from sayso.ledger.moments import accept_clock, check_moment
from sayso.lineage.store import all_blobs
from sayso.models import cards, weights
from sayso.settings import Settings
from sayso.workflows.audit.auditing import audit
from sayso.workflows.installation.key_age import check_each
from sayso.workflows.installation.session import Session, open_session

MIN_FREE_BYTES: Final = 500_000_000


_UNWITNESSED: Final = (
    "none: a home that is restored whole from before a withdrawal would be taken for the present one; "
    "name witnesses, or a high_water folder outside the home, in the settings"
)


class TooLittleSpace(Unavailable):
    """There is too little space on the disk of the home."""


@dataclass(frozen=True, slots=True)
class CheckupFinding:
    """One thing that was looked at; ``problem`` is None where it is well."""

    what: str
    found: str
    problem: SaysoError | None = None


def examine(settings: Settings, opened: Callable[[Settings], Session] = open_session) -> Iterator[CheckupFinding]:
    """Yield a finding for each thing that Sayso needs; an installation that cannot be opened ends the list."""
    for name in sorted(name for name, card in cards().items() if not card.extra or card.is_installed):
        yield _looked(f"model {name}", partial(_model, name))
    for engine in installed():
        problem = Conflict(engine.problem) if engine.problem else None
        yield CheckupFinding(
            f"engine {engine.name}", engine.problem or f"{engine.package} {engine.package_version}", problem
        )
    yield _looked("home", lambda: _space(settings))
    try:
        session = opened(settings)
    except SaysoError as error:
        yield CheckupFinding("installation", error.message, error)
        return
    yield CheckupFinding("installation", f"opened {settings.home}")
    yield _looked("keys", lambda: _keys(session))
    yield _looked("ledger", lambda: _ledger(session))
    yield _looked("clock", lambda: _clock(session))
    yield _looked("witnesses", lambda: _witnesses(session))
    yield _looked("blobs", lambda: _blobs(session))


def worst(findings: list[CheckupFinding]) -> SaysoError | None:
    """Return the problem to report first: broken integrity before what is merely missing."""
    problems = [finding.problem for finding in findings if finding.problem]
    order = (Tampered, Unavailable, Conflict, NotFound, Refused, Invalid, SaysoError)
    return min(
        problems, key=lambda error: next(i for i, kind in enumerate(order) if isinstance(error, kind)), default=None
    )


def accept_present_clock(session: Session) -> int:
    """Log that the present clock is right although later entries stand in the ledger; return the entry's ticket."""
    session.require(Right.LEDGER)
    with session.act() as tx:
        return accept_clock(tx, now())


def _looked(what: str, look: Callable[[], str]) -> CheckupFinding:
    try:
        return CheckupFinding(what, look())
    except SaysoError as error:
        return CheckupFinding(what, error.message, error)


def _model(name: str) -> str:
    return f"{len(weights(name)) / 1e6:.1f} MB, SHA-256 as catalogued, {cards()[name].licence}"


def _space(settings: Settings) -> str:
    folder = next(place for place in (settings.home, *settings.home.parents) if place.exists())
    if not folder.is_dir():
        raise Invalid(f"{settings.home}: got {folder}, which is a file, expected a folder; set SAYSO_HOME")
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise TooLittleSpace(
            f"{settings.home}: got {free / 1e6:.0f} MB free, expected at least {MIN_FREE_BYTES / 1e6:.0f} MB"
        )
    return f"{settings.home}, {free / 1e9:.1f} GB free"


def _keys(session: Session) -> str:
    session.vault.operator_secret("log")
    destroyed = check_each(session)
    return (
        f"the key-encryption key opens the key store, which knows of each of the {destroyed} keys that were destroyed"
    )


def _clock(session: Session) -> str:
    with session.read() as tx:
        check_moment(tx, now())
    return "not before the newest entry of the ledger"


def _witnesses(session: Session) -> str:
    session.installation.witnessing.rise()
    if not session.settings.witnesses:
        return (
            _UNWITNESSED if session.settings.high_water is None else "the high-water mark is at this ledger; no witness"
        )
    answered = session.installation.witnessing.ask()
    known = f"{len(answered.by)} of {len(session.settings.witnesses)} have seen no longer ledger than this"
    return "; ".join((known, *answered.missing))


def _blobs(session: Session) -> str:
    """Count the blobs that nothing refers to: a process that dies between sealing and its transaction leaves one."""
    kept = set(session.vault.addresses())
    with session.read() as tx:
        strays = kept - all_blobs(tx)
    if not strays:
        return f"{len(kept)} blobs, each of an artifact"
    return (
        f"{len(kept)} blobs, {len(strays)} of no artifact: acts that were stopped left them, encrypted; "
        f"the erasure of their speaker takes them. The first is {min(strays)}"
    )


def _ledger(session: Session) -> str:
    return f"{audit(session).size} entries; every tile, row, chain and blob checked"
