"""Marking files from outside, under the house's grant (decisions/0005), and looking for marks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np

from sayso.accounts.rights import Right
from sayso.accounts.store import OPERATOR
from sayso.audio import Signal, container_of, decode
from sayso.consent import Action, Permit, Purpose, Release, Request
from sayso.errors import Invalid
from sayso.ids import SpeakerId
from sayso.mark import Mark, MarkedAudio
from sayso.mark.detector import Detection
from sayso.mark.verifying import ChainCheck, MarkPolicy, checked, lasts
from sayso.vault.domains import Domain
from sayso.workflows.consent import permission
from sayso.workflows.consent.permission import Fact
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.releasing import SoundDraft
from sayso.workflows.voices.house import MARKING, house_speaker

ACT: Final = "marking:file"
HOUSE: Final = "house"
"""What a permit to mark names in place of a voice."""


class NothingToMark(Invalid):
    """The file is silent, and silence carries no mark; mark a file with sound in it."""


@dataclass(frozen=True, slots=True)
class MarkedFile:
    """One file that got a mark, and how far below the sound the mark lies."""

    file: Path
    out: Path
    mark: Mark
    snr_db: float
    verified: bool
    profile: str
    checks: tuple[ChainCheck, ...]
    permit: Permit


@dataclass(frozen=True, slots=True)
class Searched:
    """One file that was looked at."""

    file: Path
    detection: Detection


READ_BACK: Final = MarkPolicy()
"""What costs least: the mark is read back from what was marked, and a weak one is told."""


class Batch:
    """Marking files one after another; the log takes their entries in once, when the batch is left."""

    def __init__(self, session: Session) -> None:
        """Mark files under the house's grant."""
        session.require(Right.MARK)
        self._session = session
        self._speaker = house_speaker(session)

    def __enter__(self) -> Self:
        """Begin the batch."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the entries into the log, whatever happened."""
        self._session.catch_up()

    def embed(self, file: Path, out: Path, mark: Mark, policy: MarkPolicy = READ_BACK) -> MarkedFile:
        """Write ``file`` with ``mark`` in its sound to ``out``, under a permit of its own; whole or not at all.

        Raise `MarkWeak` where the policy refuses a mark that does not survive what it names.
        """
        session, container = self._session, container_of(out)
        signal = decode(file)
        with SoundDraft(out, session.gate, Action.MARK) as draft:
            granted = permission.ask(session, _request(session, file, signal, self._speaker), ACT)
            try:
                marked, checks = _made_to_last(session, signal, mark, granted.permit, policy)
                _check_carries(signal, marked.signal)
                policy.judge(checks)
                draft.write(
                    marked.encoded(container, like=file.read_bytes()), granted.permit, voice=HOUSE, to=Release()
                )
                with session.act(self._speaker) as tx:
                    facts: dict[str, Fact] = {"mark": str(mark), "duration_ms": signal.duration_ms}
                    permission.result(session, tx, granted, f"{ACT}:made", facts)
            except BaseException:
                permission.failed(session, granted, ACT)
                raise
            draft.publish()
        verified = all(one.is_readable for one in checks)
        return MarkedFile(
            file, out, mark, _snr_db(signal, marked.signal), verified, policy.profile, checks, granted.permit
        )


def _made_to_last(
    session: Session, signal: Signal, mark: Mark, permit: Permit, policy: MarkPolicy
) -> tuple[MarkedAudio, tuple[ChainCheck, ...]]:
    """Return ``signal`` marked, more firmly step by step while a chain that runs here still loses the mark."""
    for strength in policy.strengths():
        marked = session.marker.at(strength).embed(signal, mark, permit, Action.MARK)
        checks = checked(session.detector, marked.signal, mark, policy.checked)
        if lasts(checks):
            break
    return marked, checks


def detect_file(session: Session, file: Path) -> Searched:
    """Look for a mark of this installation in ``file``."""
    return Searched(file, session.detector.detect(decode(file)))


def parse_mark(text: str) -> Mark:
    """Return the mark that ``text`` (16 hex digits) names; raise `MarkInvalid`."""
    return Mark.parse(text)


def _request(session: Session, file: Path, signal: Signal, speaker: SpeakerId) -> Request:
    with file.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").digest()
    return Request(
        speaker=speaker,
        voice=HOUSE,
        action=Action.MARK,
        licensee=OPERATOR,
        purpose=Purpose(MARKING),
        text_commitment=session.vault.commit(speaker, digest, domain=Domain.MARKED_FILE),
        ceiling_ms=signal.duration_ms,
    )


def _check_carries(signal: Signal, marked: Signal) -> None:
    if np.array_equal(signal.samples, marked.samples):
        raise NothingToMark


def _snr_db(signal: Signal, marked: Signal) -> float:
    difference = marked.samples - signal.samples
    energy = np.square(difference, dtype=np.float64).sum()
    return 10 * float(np.log10(np.square(signal.samples, dtype=np.float64).sum() / energy))
