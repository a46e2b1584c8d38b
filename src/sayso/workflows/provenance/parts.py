"""Parts: passages of a sound that are ours or carry our mark, and what is known here of the clips they are of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sayso.clock import now, parse_stamp
from sayso.consent import State
from sayso.consent import store as consents
from sayso.database import Connection
from sayso.errors import SaysoError
from sayso.fingerprint import Content
from sayso.ids import GrantId, SpeakerId
from sayso.ledger import verify_proof
from sayso.ledger.acts import VoiceMade
from sayso.ledger.entry import Link, brief
from sayso.ledger.proof import Proof
from sayso.mark import Mark
from sayso.mark.passages import Passage, are_mixed
from sayso.synthesis import store as clips
from sayso.synthesis.store import Clip
from sayso.voices.errors import VoiceUnknown
from sayso.voices.store import get_voice
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.content import COPIED, ERASED, UNCOMPARED
from sayso.workflows.provenance.recognising import UNMARKED, Recognised
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
    path: str | None = None
    """By what way the recordings of the voice came in; None where the voice is not here any more."""

    @property
    def is_given(self) -> bool:
        """Return whether the clip's grant is given now."""
        return self.grant_state is State.GIVEN

    @property
    def has_content(self) -> bool:
        """Return whether the clip's content is still kept here: it goes when the voice is erased."""
        return self.grant_state is not State.ERASED


class TraceOutcome(StrEnum):
    """What a trace comes to: the worst that is true of any part, and ``not-ours`` only where no part is."""

    BROKEN = "broken"
    NOT_ALLOWED = "not-allowed"
    ALLOWED = "allowed"
    NOT_OURS = "not-ours"


@dataclass(frozen=True, slots=True)
class Part:
    """One passage that is ours or carries a mark of ours, and what is known of it.

    ``recognised`` where no mark was found and the content alone tells: then the passage's ``mark`` is None.
    ``signed`` where the sound could not be compared and intact credentials of the file name the mark.
    """

    passage: Passage
    standing: ClipStanding | None
    content: Content
    recognised: Recognised | None = None
    signed: bool = False

    @property
    def verdict(self) -> str:
        """Return ``ours``, ``unmarked`` (ours by content), ``copied`` (our mark on other content) or ``marked``.

        ``marked`` is a mark of ours of which no clip is known, or whose clip could not be compared with the sound.
        """
        if self.recognised is not None:
            return "unmarked"
        if self.standing is None:
            return "marked"
        if self.content is Content.OTHER:
            return "copied"
        return "ours" if self.content is Content.OURS or self.signed else "marked"

    @property
    def said(self) -> str:
        """Return the verdict in a sentence."""
        if self.recognised is not None:
            return UNMARKED
        if self.verdict == "ours":
            return "made here"
        if self.verdict == "copied":
            return COPIED
        if self.standing is not None:
            return UNCOMPARED if self.standing.has_content else ERASED
        return "a mark of this operator; no clip is known for it" if self.passage.mark else "a mark, not readable"

    @property
    def outcome(self) -> TraceOutcome:
        """Return what this part comes to."""
        if self.verdict == "copied" or (self.standing and not self.standing.proof_ok):
            return TraceOutcome.BROKEN
        if self.standing is None:
            return TraceOutcome.NOT_OURS
        if not self.standing.is_given:
            return TraceOutcome.NOT_ALLOWED  # even where it is not shown to be the clip: the speaker is to look at it
        return TraceOutcome.NOT_OURS if self.verdict == "marked" else TraceOutcome.ALLOWED


def judged_among(content: Content, passage: Passage, others: Iterable[Passage]) -> Content:
    """Return ``content``, but what disagrees proves nothing where the sound was altered or a mark lies over it."""
    is_mixed = passage.altered or any(are_mixed(passage, other) for other in others)
    return Content.UNKNOWN if is_mixed and content is Content.OTHER else content


def standing_of(session: Session, mark: Mark) -> ClipStanding | None:
    """Return what is known here of the clip that was given ``mark``; None if there is none."""
    with session.read() as tx:
        clip = clips.clip_of_mark(tx, str(mark))
    return None if clip is None else standing_of_clip(session, clip)


def standing_of_clip(session: Session, clip: Clip) -> ClipStanding:
    """Return what is known here of ``clip``, its grant and its entry."""
    with session.read() as tx:
        grant = consents.get_grant(tx, GrantId(clip.grant_id))
        path = _path_of(session, tx, clip)
    try:
        entry = session.log.index_of(clip.result_ticket or clip.intent_ticket)
        data = session.log.entry(entry)
        proof = session.log.prove(entry, with_entry=True)
        log_key = session.log.vkey_of(Proof.parse(proof).checkpoint)
        verify_proof(proof, data, log_key)
        problem = _mismatch(data, clip) or _unrecorded(session, data, clip, grant.speaker)
    except SaysoError as error:
        return ClipStanding(clip, grant.state_at(now()), None, proof_ok=False, problem=error.message, path=path)
    state = grant.state_at(now())
    return ClipStanding(clip, state, entry, not problem, problem, proof, log_key, path)


def _path_of(session: Session, tx: Connection, clip: Clip) -> str | None:
    """Return how the recordings of the clip's voice came in; of a voice that was erased, what its entry says."""
    try:
        return get_voice(tx, clip.voice_id).path
    except VoiceUnknown:
        made = session.installation.log.query_in(tx, type=VoiceMade.TYPES[0], grants=[clip.grant_id])
        paths = [str(each.entry.facts["path"]) for each in made if each.entry.facts.get("voice") == clip.voice_id]
        return paths[-1] if paths else None


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
