"""Creating a corpus, adding to it, running it, and taking a speaker out of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Final

from sayso.accounts.actor import Role
from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.corpus.basis import RecordingBasis
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.cleaning import Cleaning, wanted
from sayso.corpus.errors import BasisRefused, CorpusBusy, CorpusInputInvalid, CorpusUnknown
from sayso.corpus.folder import CorpusFolder, CorpusInput, checked_name
from sayso.corpus.program import Runner
from sayso.corpus.running import CorpusResult, CorpusRun
from sayso.corpus.sources import items_of
from sayso.corpus.status import CorpusStatus, status_of
from sayso.corpus.withdrawing import SpeakerTaken, withdrawn
from sayso.disk import LockTaken, locked
from sayso.ledger import append
from sayso.ledger.account_acts import CorpusInputAdded, CorpusPublished, CorpusSpeakerWithdrawn
from sayso.progress import Report
from sayso.workflows.corpus.sealing import VaultSeal
from sayso.workflows.corpus.standing import granted_basis, refusal_of
from sayso.workflows.installation.elsewhere import begun
from sayso.workflows.installation.session import Session

_FOLDER: Final = "corpora"


@dataclass(frozen=True, slots=True)
class InputAdded:
    """What was added to a corpus, and how many recordings it holds now."""

    corpus: str
    added: CorpusInput
    recordings: int


def home_of(session: Session) -> Path:
    """Return where the corpora of the actor's organisation are."""
    return session.settings.home / _FOLDER / session.actor.organisation


def opened(session: Session, name: str) -> CorpusFolder:
    """Return a corpus of the actor's organisation; raise `CorpusUnknown` or `CorpusNameInvalid`.

    A speaker sees what is of that speaker alone, which a corpus is not: to a speaker each is unknown.
    """
    if session.actor.role is Role.SPEAKER:
        raise CorpusUnknown(f"corpus: got {checked_name(name)}, expected one that was created here")
    return CorpusFolder.named(home_of(session), name)


def create(session: Session, name: str) -> CorpusFolder:
    """Create a corpus; raise `CorpusExists` or `CorpusNameInvalid`."""
    session.require(Right.SPEECH)
    return CorpusFolder.created(home_of(session), name)


def add(
    session: Session,
    name: str,
    place: str,
    *,
    grant: str | None = None,
    licence: str | None = None,
    evidence: str | None = None,
    options: Mapping[str, str] | None = None,
) -> InputAdded:
    """Add what lies at ``place`` on the basis of a grant, or of a licence with its evidence; log it.

    Raise `BasisRefused` for neither, both, or one that does not hold, and `CorpusInputInvalid` for a place without
    recordings: then nothing is added.
    """
    session.require(Right.SPEECH)
    folder = opened(session, name)
    basis = _basis(session, grant, licence, evidence)
    where, told = _place(place), dict(options or {})
    count = sum(1 for _ in items_of(where, told))
    if not count:
        raise CorpusInputInvalid(f"got {place[:80]}, which holds no recordings, expected one at least")
    with _held(folder):
        added = folder.add(where, basis, told)
    act = CorpusInputAdded(
        subject=session.actor.organisation, corpus=digest_of_name(session, name), licence=basis.licence or None
    )
    with session.act(name) as tx:
        append(tx, act.entry(stamp(now()), basis.grant or None))
    return InputAdded(name, added, count)


def run(session: Session, name: str, runner: Runner, cleaning: Cleaning, report: Report) -> CorpusResult:
    """Do what is left to do on a corpus, publish its catalogue and log its digest.

    Recordings whose grant has ended are not read, and quarantined. Raise as `CorpusRun.run` does.
    """
    session.require(Right.SPEECH)
    folder = opened(session, name)
    done = CorpusRun(folder, runner, cleaning, refusal_of(session), VaultSeal(session.settings)).run(report)
    act = CorpusPublished(
        subject=session.actor.organisation,
        corpus=digest_of_name(session, name),
        digest=done.digest,
        segments=done.kept + done.repaired,
    )
    with session.act(name) as tx:
        append(tx, act.entry(stamp(now())))
    return done


def begin(session: Session, name: str, workers: int, tier: str, recogniser: str) -> Popen[bytes]:
    """Begin what `run` does on this machine in a process of its own, and return that; `status` tells how it goes.

    It ends with this process, and goes on when it is begun again. Raise `CorpusBusy`, or what names no tier raises.
    """
    session.require(Right.SPEECH)
    wanted(tier, recogniser)
    with _held(opened(session, name)):
        pass
    work = {"corpus": name, "workers": workers, "tier": tier, "recogniser": recogniser}
    return begun(session, "sayso.workflows.corpus.elsewhere", work)


def status(session: Session, name: str) -> CorpusStatus:
    """Return where the last run of a corpus is."""
    return status_of(opened(session, name))


def withdraw(session: Session, name: str, speaker: str) -> SpeakerTaken:
    """Take a speaker out of a corpus, for good: rows, sounds and finished work. ``speaker`` is an id, or a label.

    Only what holds something of the speaker is rewritten. Later runs pass the speaker over.
    """
    session.require(Right.SPEECH)
    folder = opened(session, name)
    with _held(folder):
        taken = withdrawn(folder, Catalogue(folder.path), speaker)
    act = CorpusSpeakerWithdrawn(
        subject=session.actor.organisation, corpus=digest_of_name(session, name), segments=taken.segments
    )
    with session.act(name) as tx:
        append(tx, act.entry(stamp(now())))
    return taken


def digest_of_name(session: Session, name: str) -> str:
    """Return what the ledger calls a corpus."""
    return hashlib.sha256(f"{session.actor.organisation} {name}".encode()).hexdigest()[:32]


def _basis(session: Session, grant: str | None, licence: str | None, evidence: str | None) -> RecordingBasis:
    if (grant is None) == (licence is None):
        got = "neither" if grant is None else "both"
        raise BasisRefused(f"basis: got {got}, expected a grant, or a licence with its evidence")
    return (
        granted_basis(session, grant) if grant is not None else RecordingBasis.licensed(licence or "", evidence or "")
    )


def _place(place: str) -> str:
    return place if "://" in place else str(Path(place).resolve())


class _held:  # noqa: N801 - reads as the context that it is
    """The lock of a corpus, or `CorpusBusy`."""

    def __init__(self, folder: CorpusFolder) -> None:
        self._lock = locked(folder.lock, wait=False)

    def __enter__(self) -> None:
        try:
            self._lock.__enter__()
        except LockTaken:
            raise CorpusBusy from None

    def __exit__(self, *raised: object) -> None:
        self._lock.__exit__(None, None, None)
