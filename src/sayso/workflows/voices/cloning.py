"""Cloning a voice: consent first, recordings kept, repaired where that helps, voice fitted, all of it sealed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.consent import Action, Grant, Permit, Request, State
from sayso.consent import store as consents
from sayso.consent.errors import CloningNotGranted, ConsentRefused
from sayso.consent.fields import ANY
from sayso.disk import FileMissing, read_bounded
from sayso.engines.hibari_student import TEACHER
from sayso.engines.licensing import check_licence
from sayso.engines.protocol import Capability, Engine
from sayso.engines.registry import engine as engine_named
from sayso.enrollment import enrolled
from sayso.enrollment.labelled import demand_unlabelled
from sayso.enrollment.path import CloneBasis, ClonePath
from sayso.errors import Invalid
from sayso.ids import SpeakerId, VoiceId, new_id, parse_id
from sayso.progress import Report, silent, within
from sayso.vault.domains import Domain
from sayso.voices import CloningPermit, Effort, FittedVoice, Reference, clone_zero_shot, fit, teach
from sayso.voices import store as voices
from sayso.voices.reference import digests_of
from sayso.voices.store import VoiceRow
from sayso.workflows.consent import permission
from sayso.workflows.consent.permission import Fact, Granted
from sayso.workflows.enrollment.basis import basis_facts, basis_of, claimed, sealed_evidence_address
from sayso.workflows.enrollment.protecting import demand_unprotected
from sayso.workflows.installation.session import Session
from sayso.workflows.voices import archive, voicebook
from sayso.workflows.voices.archive import StoredBytes

ACT: Final = "voices:voice"

MAX_RECORDING_BYTES: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Commission:
    """What somebody wants cloned.

    ``go_on`` is a voice of the same speaker, from which the fit goes on, or a student learns; ``licence`` and
    ``evidence`` (an address) say that anybody may adapt the recordings, where the speaker has not enrolled with them.
    """

    speaker: str
    recordings: tuple[Path, ...]
    effort: str = "best"
    engine: str | None = None
    seed: int = 0
    go_on: str | None = None
    licence: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Cloned:
    """A voice that was cloned.

    ``similarity`` is the CAM++ cosine, ``similarity_ge2e`` the GE2E cosine, of sentences and recordings that the fit
    never heard; ``stranger`` the CAM++ cosine of the nearest of the voices that are nobody's; ``effort`` the search
    that found it, None where the engine knows one way.
    """

    voice: str
    similarity: float
    similarity_ge2e: float
    stranger: float
    effort: Effort | None
    engine: str
    seconds: float
    grant: str
    repaired: tuple[str, ...]
    basis: CloneBasis


def clone_voice(session: Session, commission: Commission, report: Report = silent) -> Cloned:
    """Clone a voice; raise `ConsentRefused` unless a grant allows it, or an error of audio or of the engine.

    Raise `NotEnrolled` for recordings that came in by none of the paths that the settings allow, and without an
    enrolment `LabelledSynthetic` or `VoiceProtected` for those at which a person would have looked.
    """
    session.require(Right.SPEECH)
    started = time.perf_counter()
    effort = parse_effort(commission.effort)
    speaker = SpeakerId(parse_id("speaker", commission.speaker))
    engine = engine_named(commission.engine or session.settings.engine, session.settings.threads)
    recordings, names = [_read(path) for path in commission.recordings], [str(path) for path in commission.recordings]
    voice = VoiceId(new_id("voice"))
    before = _before(session, commission.go_on, speaker, engine)
    free = claimed(commission.licence, commission.evidence)
    granted = _permitted(session, speaker, voice, recordings, engine)
    try:
        permitted = _cloning_permit(session, granted.permit, voice)
        basis = basis_of(session, speaker, recordings, free)
        references = enrolled(recordings, session.detector, permitted, names=names)
        if basis.path is not ClonePath.ENROLLED:
            _demand_unsuspected(session, recordings, references)
        report(0.08)
        fitted = _way(engine, before)(
            engine,
            references,
            permitted,
            effort=effort,
            start=None if before is None else voicebook.profile_of(session, before).asset,
            seed=commission.seed,
            progress=lambda part: report(within(part, 0.08, 0.9)),
        )
        made = Made(references, fitted, engine, basis, before)
        _kept(session, granted, permitted, made)
    except BaseException:
        permission.failed(session, granted, ACT)
        raise
    report(1.0)
    return Cloned(
        voice=voice,
        similarity=fitted.similarity,
        similarity_ge2e=fitted.similarity_ge2e,
        stranger=fitted.stranger,
        effort=fitted.effort,
        engine=engine.name,
        seconds=time.perf_counter() - started,
        grant=granted.permit.grant_id,
        repaired=tuple(sorted({repair for reference in references for repair in reference.repairs})),
        basis=basis,
    )


def _demand_unsuspected(session: Session, recordings: Sequence[bytes], references: Sequence[Reference]) -> None:
    """Return if a person who looked at an enrolment with ``recordings`` would have nothing to look at."""
    demand_unlabelled(recordings)
    demand_unprotected(session, [reference.signal for reference in references])


def _way(engine: Engine, before: VoiceRow | None) -> Callable[..., FittedVoice]:
    """Return how a voice of ``engine`` is made: it learns the voice ``before``, where that is of a teacher."""
    if before is not None and before.engine == TEACHER != engine.name:
        return teach
    return clone_zero_shot if Capability.CLONE in engine.capabilities else fit


def parse_effort(text: str) -> Effort:
    """Return the effort named; raise `Invalid`."""
    try:
        return Effort(text)
    except ValueError:
        raise Invalid(f"effort: got {text[:40]!r}, expected one of {', '.join(Effort)}") from None


def _before(session: Session, voice: str | None, speaker: SpeakerId, engine: Engine) -> VoiceRow | None:
    """Return the voice to go on from; raise `Invalid` for another speaker's or another engine's."""
    if voice is None:
        return None
    row = voicebook.row_of(session, voice)
    makers = [engine, *([engine_named(TEACHER)] if Capability.STUDENT in engine.capabilities else [])]
    if row.speaker_id != speaker or row.engine_digest not in {maker.digest() for maker in makers}:
        known = " or ".join(maker.name for maker in makers)
        raise Invalid(f"got {row.voice_id} to go on from, expected a voice of {speaker} made for {known}")
    return row


def _read(path: Path) -> bytes:
    from sayso.audio.errors import AudioNotFound  # noqa: PLC0415

    try:
        return read_bounded(path, MAX_RECORDING_BYTES)
    except FileMissing as error:
        raise AudioNotFound(error.message) from None


def _permitted(
    session: Session, speaker: SpeakerId, voice: VoiceId, recordings: Sequence[bytes], engine: Engine
) -> Granted:
    """Return a permit under the first grant that allows cloning, with its licensee and first purpose.

    Whoever clones acts for a licensee; the grant says for whom and what for. Without one, the refusal says why.
    """
    with session.read() as tx:
        consents.get_speaker(tx, speaker)
        known = [grant for grant in consents.grants_of(tx, speaker) if not grant.outer]
    grants = [grant for grant in known if session.may_name(grant.licensee)]
    able = [grant for grant in grants if Action.CLONE in grant.actions and grant.state_at(now()) is State.GIVEN]
    refusal: ConsentRefused | None = None
    for grant in able or grants[:1]:
        check_licence(engine, grant.project, non_commercial=session.settings.non_commercial_projects)
        request = _request(session, speaker, voice, recordings=recordings, engine=engine, grant=grant)
        try:
            return permission.ask(session, request, ACT)
        except ConsentRefused as refused:
            refusal = refused
    reason = "grant: the speaker has granted nobody to clone the voice (the speaker can change this)"
    raise refusal or CloningNotGranted(
        f"got clone of {speaker}, expected a grant that allows it; there is none",
        reasons=[reason],
    )


def _request(
    session: Session, speaker: SpeakerId, voice: VoiceId, *, recordings: Sequence[bytes], engine: Engine, grant: Grant
) -> Request:
    return Request(
        speaker=speaker,
        voice=voice,
        action=Action.CLONE,
        licensee=grant.licensee,
        purpose=grant.purposes[0],
        project=grant.project,
        language=None if ANY in grant.languages else grant.languages[0],
        territory=None if ANY in grant.territories else grant.territories[0],
        channel=None if ANY in grant.channels else grant.channels[0],
        text_commitment=_committed(session, speaker, digests_of(recordings)),
        engine_digest=engine.digest(),
    )


def _committed(session: Session, speaker: SpeakerId, digests: Sequence[bytes]) -> str:
    """Return the commitment to the recordings, in their order: for those, and no others, is the permit."""
    return session.vault.commit(speaker, b"".join(digests), domain=Domain.REFERENCE)


def _cloning_permit(session: Session, permit: Permit, voice: VoiceId) -> CloningPermit:
    commit = partial(_committed, session, permit.speaker)
    return CloningPermit(session.gate, permit, voice, commit=commit)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a voice was made of, by what path that came in, and what came of it."""

    references: Sequence[Reference]
    fitted: FittedVoice
    engine: Engine
    basis: CloneBasis
    before: VoiceRow | None


def _kept(session: Session, granted: Granted, permitted: CloningPermit, made: Made) -> None:
    """Seal recordings, repaired recordings, embedding and voice; record them and log the result, all or nothing."""
    references, fitted, engine, before = made.references, made.fitted, made.engine, made.before
    speaker, permit, voice = granted.permit.speaker, granted.permit, permitted.voice
    takes = archive.sealed_recordings(session, references, permitted)
    embedding, kept = archive.sealed_voice(session, fitted, references, permitted)
    everything = [*(one for take in takes for one in take), embedding, kept]
    with archive.undone_on_failure(session, *everything), session.act(speaker) as tx:
        facts: dict[str, Fact] = {
            "voice": voice,
            "engine": engine.name,
            "similarity_milli": round(1000 * fitted.similarity),
            **basis_facts(session, speaker, made.basis),
        }
        for take in takes:
            for place, one in enumerate(take):
                parents = [take[place - 1].artifact_id] if place else []
                archive.recorded(tx, one, permit, speakers=[speaker], parents=parents)
        sources = [take[-1].artifact_id for take in takes]
        parents = [*sources, embedding.artifact_id, *([before.artifact_id] if before else [])]
        archive.recorded(tx, embedding, permit, speakers=[speaker], parents=sources)
        archive.recorded(tx, kept, permit, speakers=[speaker], parents=parents)
        voices.insert_voice(tx, _row(session, voice, speaker, made, kept))
        facts |= archive.recorded_facts(session, tx, permit)
        permission.result(session, tx, granted, f"{ACT}:made", facts)


def _row(session: Session, voice: VoiceId, speaker: SpeakerId, made: Made, kept: StoredBytes) -> VoiceRow:
    engine, fitted = made.engine, made.fitted
    return VoiceRow(
        voice_id=voice,
        speaker_id=speaker,
        engine=engine.name,
        engine_digest=engine.digest(),
        voice_digest=fitted.asset.digest(),
        language=engine.languages[0],
        artifact_id=kept.artifact_id,
        created_at=stamp(now()),
        similarity_milli=round(1000 * fitted.similarity),
        path=made.basis.path,
        enrollment_id=made.basis.enrollment,
        licence=made.basis.licence,
        evidence_sealed=sealed_evidence_address(session, speaker, made.basis),
    )
