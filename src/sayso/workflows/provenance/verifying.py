"""Verifying a file: what the sound says, what the file says, what the ledger says, each on its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np

from sayso.audio import container_of, decode
from sayso.audio.errors import UnknownFormat
from sayso.audio.signal import Signal
from sayso.clock import now, parse_stamp
from sayso.consent import State
from sayso.consent import store as consents
from sayso.credentials import Credentials, read
from sayso.errors import SaysoError
from sayso.fingerprint import Content
from sayso.ids import GrantId, SpeakerId
from sayso.ledger import verify_proof
from sayso.ledger.entry import Link, brief
from sayso.ledger.proof import Proof
from sayso.mark import Mark
from sayso.mark.detector import Detection
from sayso.synthesis import store as clips
from sayso.synthesis.store import Clip
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.content import COPIED, content_of, heard_under
from sayso.workflows.voices import archive

SLACK: Final = timedelta(minutes=1)
"""How far the moments of a clip's record and of its entry may lie apart; both are of one act."""


@dataclass(frozen=True, slots=True)
class ClipStanding:
    """What is known here of a clip: its record, its grant's state now, its entry with proof and the key to check it."""

    clip: Clip
    grant_state: State
    entry: int | None
    proof_ok: bool
    problem: str = ""
    proof: str = ""
    log_key: str = ""

    @property
    def is_given(self) -> bool:
        """Return whether the clip's grant is given now."""
        return self.grant_state is State.GIVEN


@dataclass(frozen=True, slots=True)
class Verification:
    """What one file is."""

    file: Path
    detection: Detection
    credentials: Credentials
    standing: ClipStanding | None
    content: Content = Content.UNKNOWN

    @property
    def verdict(self) -> str:
        """Return ``ours`` (a clip of this ledger), ``marked`` (our mark, not shown to be on its clip) or ``none``.

        After an erasure the clip's content is no longer kept, so that every copy of it is ``marked``.
        """
        if not self.detection.present:
            return "none"
        return "ours" if self.standing is not None and self.content is Content.OURS else "marked"

    @property
    def problem(self) -> str | None:
        """Return what is wrong with the answer: the ledger's problem, or that the mark was copied."""
        if self.standing is None:
            return None
        return self.standing.problem or (COPIED if self.content is Content.OTHER else None)


def verify_file(session: Session, file: Path) -> Verification:
    """Return what ``file`` is; raise an error of audio where it is no sound that can be read.

    A ledger that was altered does not stop the answer: ``proof_ok`` is false and ``problem`` says what is wrong.
    """
    signal = decode(file)
    detection = _detection(session, signal)
    credentials = _credentials(session, file)
    standing = standing_of(session, detection.mark) if detection.mark_verified and detection.mark else None
    content = content_of(session, standing.clip, heard_under(signal, detection)) if standing else Content.UNKNOWN
    if detection.patchwork and content is Content.OTHER:
        content = Content.UNKNOWN
    return Verification(file, detection, credentials, standing, content)


def _detection(session: Session, signal: Signal) -> Detection:
    """Return what is found in ``signal``; an id too faint to be read blind is sought among those given out here."""
    detection = session.detector.detect(signal)
    if not detection.present or detection.mark_verified:
        return detection
    with session.read() as tx:
        issued = clips.issued_marks(tx)
    ids = np.array([int(mark, 16) for mark in issued], dtype=np.uint64)
    among = session.detector.detect_among(signal, ids)
    return among if among.mark_verified else detection


def _credentials(session: Session, file: Path) -> Credentials:
    try:
        container = container_of(file)
    except UnknownFormat:
        return Credentials(present=False, problems=("files of this kind carry no credentials that are read here",))
    return read(file.read_bytes(), container, anchors_pem=session.anchors_pem())


def standing_of(session: Session, mark: Mark) -> ClipStanding | None:
    """Return what is known here of the clip that was given ``mark``; None if there is none."""
    with session.read() as tx:
        clip = clips.clip_of_mark(tx, str(mark))
    return None if clip is None else standing_of_clip(session, clip)


def standing_of_clip(session: Session, clip: Clip) -> ClipStanding:
    """Return what is known here of ``clip``, its grant and its entry."""
    with session.read() as tx:
        grant = consents.get_grant(tx, GrantId(clip.grant_id))
    try:
        entry = session.log.index_of(clip.result_ticket or clip.intent_ticket)
        data = session.log.entry(entry)
        proof = session.log.prove(entry, with_entry=True)
        log_key = session.log.vkey_of(Proof.parse(proof).checkpoint)
        verify_proof(proof, data, log_key)
        problem = _mismatch(data, clip) or _unrecorded(session, data, clip, grant.speaker)
    except SaysoError as error:
        return ClipStanding(clip, grant.state_at(now()), None, proof_ok=False, problem=error.message)
    state = grant.state_at(now())
    return ClipStanding(clip, state, entry, proof_ok=not problem, problem=problem, proof=proof, log_key=log_key)


def _unrecorded(session: Session, entry: bytes, clip: Clip, speaker: SpeakerId) -> str:
    """Return what is wrong with all that is recorded of the clip; "" too where its speaker has no key any more."""
    if not speaker or not session.vault.has_subject(speaker):
        return ""
    try:
        with session.read() as tx:
            archive.check_recorded(session, tx, Link.decode(entry).entry, speaker=speaker, permit=clip.permit_id)
    except archive.ClipTampered as error:
        return error.message
    return ""


def _mismatch(entry: bytes, clip: Clip) -> str:
    """Return what the ledger's entry says otherwise than the record of the clip, "" if nothing."""
    link = Link.decode(entry)
    facts = link.entry.facts
    logged = {"grant": link.entry.grant, "mark_id": facts.get("mark")}
    logged |= {name: facts.get(name) for name in ("clip_id", "duration_ms", "licensee", "purpose", "project")}
    kept = {"grant": clip.grant_id} | {name: getattr(clip, name) for name in logged if name != "grant"}
    logged["clip_id"] = facts.get("clip")
    wrong = [name for name, value in kept.items() if logged[name] not in (value, brief(str(value)))]
    if abs(parse_stamp(clip.created_at) - parse_stamp(link.entry.at)) > SLACK:
        wrong.append("created_at")
    return f"the record of clip {clip.clip_id} and its ledger entry differ in {', '.join(wrong)}" if wrong else ""
