"""Speaking one text: permit, sound, mark, credentials, log, and only then the file.

Killed anywhere, no unlogged sound is out: the intent is in the ledger before the first sample is made, the result
before the file has a name (decisions/0002). Two acts change the state, one on each side of the sound (decisions/0016).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso import journal
from sayso.audio import Container, container_of
from sayso.clock import now, stamp
from sayso.consent import Action, Gate, Permit, Release, minutes
from sayso.disk import check_target, write_document
from sayso.engines.protocol import Engine, VoiceAsset
from sayso.engines.stop import Stop
from sayso.ids import VoiceId
from sayso.labels import Layer
from sayso.mark import MarkedAudio
from sayso.mark.strength import Strength
from sayso.mark.verifying import ChainCheck, checked, lasts, lost_in
from sayso.progress import Report, silent
from sayso.synthesis import Renderer
from sayso.synthesis.store import Clip, finish_clip, insert_clip
from sayso.synthesis.trace import RenderTrace, Traced
from sayso.synthesis.wordplaces import WordPlaces
from sayso.units import samples_to_ms
from sayso.vault.domains import Domain
from sayso.workflows.consent import permission
from sayso.workflows.consent.commitments import text_commitment
from sayso.workflows.consent.held_to_ledger import charged_facts
from sayso.workflows.consent.holding import held
from sayso.workflows.consent.permission import Fact, Granted
from sayso.workflows.fairness.policy import check_gate
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance import content, manifests
from sayso.workflows.provenance.content import SealedFingerprint
from sayso.workflows.provenance.releasing import SoundDraft, settled
from sayso.workflows.speech import credentials
from sayso.workflows.speech.credentials import Packed
from sayso.workflows.speech.labels import LabelOutcome, beside, notice
from sayso.workflows.speech.orders import Order, Spoken, Take, taken
from sayso.workflows.voices import archive, voicebook
from sayso.workflows.voices.archive import StoredBytes

ACT: Final = "synthesis:clip"

_STRANDS: Final = 3
"""Beside the one that packs: the check of the mark, the vault's copy, and the file, both of which wait for the disk."""


@dataclass(frozen=True, slots=True)
class Run:
    """A take that this process makes: with its permit, the opened voice, and the gate that is asked meanwhile."""

    session: Session
    take: Take
    granted: Granted
    voice: VoiceAsset
    gate: Gate

    @property
    def permit(self) -> Permit:
        """Return what the take is made under."""
        return self.granted.permit

    def commit(self, text: str) -> str:
        """Return the commitment to ``text``, which the permit, the gate and the ledger share."""
        take = self.take
        return take.commitment if text == take.text else text_commitment(self.session, take.speaker, text)


@dataclass(frozen=True, slots=True)
class MadeClip:
    """What came of a run: marked sound, the file to leave, what is kept of both, and where the mark was read again.

    Sound that was heard while it was made has no ``file`` where consent was withdrawn before one could be signed.
    """

    sound: MarkedAudio
    file: Packed | None
    kept: StoredBytes
    fingerprint: SealedFingerprint
    output: str
    checks: tuple[ChainCheck, ...]
    traced: Traced | None = None

    @property
    def readable(self) -> bool:
        """Return whether the mark is read back from the clip as it was made."""
        return self.checks[0].is_readable

    @property
    def signed(self) -> bool:
        """Return whether the file itself carries credentials."""
        return self.file is not None and self.file.signed


@dataclass(slots=True)
class Times:
    """Seconds from the order on: to the first marked piece, and to the last one of the last attempt."""

    started: float
    first_s: float = 0.0
    made_s: float = 0.0

    def note_piece(self) -> None:
        """Note that a piece is ready now."""
        self.made_s = time.perf_counter() - self.started
        self.first_s = self.first_s or self.made_s


def speak(session: Session, order: Order, output: Path, report: Report = silent) -> Spoken:
    """Say ``order`` into ``output``; raise `ConsentRefused` with every reason, or fail with nothing written.

    The file appears whole, after its entry is in the ledger. On any failure the reserved minutes come back.
    """
    times, container = Times(time.perf_counter()), container_of(output)
    if order.jurisdictions or session.settings.jurisdictions:
        check_target(beside(output), overwrite=True)
    with SoundDraft(output, session.gate, Action.SYNTHESIZE) as draft:
        run = begun(session, order, container)
        take = run.take
        try:
            with held(session, run.granted):
                made = _made(run, draft, times, report)
                outcome = take.plan.outcome(signed=made.signed, readable=made.readable)
                ticket = settle(run, made, outcome)
        except BaseException:
            permission.failed(session, run.granted, ACT)
            raise
        with settled(take.clip, output):
            if Layer.NOTICE in take.plan.layers:
                write_document(beside(output), notice(take.plan, take.origin, outcome), mode=0o644)
            draft.publish()
    return _spoken(run, made, outcome, times, ticket)


def begun(session: Session, order: Order, container: Container | None, action: Action = Action.SYNTHESIZE) -> Run:
    """Return the run of ``order``: permitted, minutes reserved, voice opened. Raises as `speak` does.

    A run is settled or failed by whoever began it. Without a ``container`` it is heard while it is made.
    """
    with session.vault.holding():
        return opened(session, taken(session, order, container, action))


def opened(session: Session, take: Take) -> Run:
    """Return the run of ``take``, as `begun` does."""
    check_gate(session, voicebook.engine_of(session, take.voice.row))
    foretold: dict[str, Fact] = {"clip": take.clip, "mark": str(take.mark)} if take.is_live else {}
    with session.vault.holding():
        granted = permission.ask(session, take.request(), ACT, run=take.run, foretold=foretold)
        try:
            voice = take.voice.open(session)
        except BaseException:
            permission.failed(session, granted, ACT)
            raise
    journal.note("use.permitted", act=ACT, grant=granted.permit.grant_id, permit=granted.permit.permit_id)
    installation = session.installation
    return Run(session, take, granted, voice, installation.gate_live() if take.is_live else installation.gate_inside())


def keep(session: Session, take: Take) -> MadeClip:
    """Say ``take`` into the vault, permitted, marked, signed, charged and logged like any other; no file is released.

    The sealed clip holds its trace. Raise as `speak` does.
    """
    times = Times(time.perf_counter())
    run = opened(session, take)
    try:
        with held(session, run.granted):
            made = _made(run, None, times, silent)
            settle(run, made, take.plan.outcome(signed=made.signed, readable=made.readable))
    except BaseException:
        permission.failed(session, run.granted, ACT)
        raise
    return made


def rendering(
    run: Run,
    strength: Strength,
    attempt: int = 0,
    trace: RenderTrace | None = None,
    *,
    engine: Engine | None = None,
    stop: Stop | None = None,
    words: WordPlaces | None = None,
) -> Iterator[MarkedAudio]:
    """Return the take as marked pieces, each made, checked and let go when it is asked for; ``trace`` hears them.

    ``engine`` is where it is made, by default here; ``stop`` ends it; ``words`` is told when each word is said.
    """
    session, take = run.session, run.take
    return Renderer(session.marker.at(strength).behind(run.gate), run.gate).render(
        take.phrases,
        run.voice,
        engine=engine or voicebook.engine_of(session, take.voice.row),
        permit=run.permit,
        mark=take.mark,
        action=take.action,
        commit=run.commit,
        speed=take.order.speed,
        seed=take.order.seed,
        rhythm=take.plan.has_rhythm,
        attempt=attempt,
        trace=trace,
        live=take.is_live,
        stop=stop,
        words=words,
    )


def _made(run: Run, draft: SoundDraft | None, times: Times, report: Report) -> MadeClip:
    """Make the clip, more firmly marked while its mark is lost on the way; raise `MarkWeak` if that is the policy."""
    weaker: MadeClip | None = None
    for attempt, strength in enumerate(run.take.policy.strengths()):
        if weaker is not None:
            run.session.vault.unlink(weaker.kept.blob)
        trace = RenderTrace()
        sound = _rendered(run, rendering(run, strength, attempt, trace), times, report)
        made = _prepared(run, sound, trace.traced(), draft)
        if lasts(made.checks):
            break
        weaker = made
    with archive.undone_on_failure(run.session, made.kept):
        run.take.policy.judge(made.checks)
    return made


def _rendered(run: Run, sound: Iterator[MarkedAudio], times: Times, report: Report) -> MarkedAudio:
    """Return the marked sound, whole."""
    pieces: list[MarkedAudio] = []
    for piece in sound:
        times.note_piece()
        pieces.append(piece)
        made_ms = samples_to_ms(piece.stop, piece.signal.sample_rate)
        report(min(1.0, 2 * made_ms / run.permit.ceiling_ms))  # speech takes about half of its ceiling
    return MarkedAudio.joined(pieces)


def _prepared(run: Run, sound: MarkedAudio, traced: Traced, draft: SoundDraft | None) -> MadeClip:
    """Sign and seal ``sound``, while its mark is read back, and what is ready is written, in other threads."""
    session, take = run.session, run.take
    with ThreadPoolExecutor(_STRANDS) as beside, session.vault.holding():
        checking = beside.submit(checked, session.detector, sound.signal, take.mark, take.policy.checked)
        with archive.clip_kept(session, sound, [take.speaker], traced, beside=beside) as kept:
            file = packed_file(run, sound)
            writing = None if draft is None else beside.submit(_write, run, file, draft)
            fingerprint = content.fingerprinted(session, sound, clip=take.clip, speaker=take.speaker)
            output = session.vault.commit(take.speaker, bytes.fromhex(kept.digest), domain=Domain.SOUND)
            if writing is not None:
                writing.result()
            return MadeClip(sound, file, kept, fingerprint, output, checking.result(), traced)


def packed_file(run: Run, sound: MarkedAudio) -> Packed:
    """Return the sound as the file of its take, signed; that of sound heard at once is kept here, and goes nowhere."""
    take = run.take
    return credentials.packed(
        run.session,
        sound,
        container=take.container or credentials.BESIDE,
        gate=run.gate,
        permit=run.permit,
        action=take.action,
        clip=take.clip,
        tags=take.plan.tags(take.origin),
    )


def _write(run: Run, file: Packed, draft: SoundDraft) -> None:
    order, voice = run.take.order, run.take.voice.row.voice_id
    to = Release(order.territory, order.channel)
    draft.write(file.file, run.permit, voice=voice, to=to, announced=run.take.plan.speaks)


def settle(run: Run, made: MadeClip, outcome: LabelOutcome, *, live: str | None = None) -> int:
    """Keep the clip, settle its minutes and log the result, all or nothing; return the ledger's ticket.

    ``live`` says how sound ended that was heard while it was made: it is kept and logged whatever came after it.
    """
    session, take, granted, permit = run.session, run.take, run.granted, run.permit
    with archive.undone_on_failure(session, made.kept), session.act(take.speaker) as tx:
        if granted.lease is not None:
            minutes.settle(tx, granted.lease, made.sound.duration_ms)
        artifact = archive.recorded(
            tx, made.kept, permit, speakers=[take.speaker], parents=[take.voice.row.artifact_id]
        )
        content.keep(tx, made.fingerprint, permit, parent=artifact)
        if made.file is not None:
            manifests.keep(tx, made.file.manifest, permit, parent=artifact)
        insert_clip(tx, _clip(run, made))
        facts = _facts(take, made, outcome) | charged_facts(tx, permit.grant_id, granted.outer)
        facts |= archive.recorded_facts(session, tx, permit)
        if live is None:
            ticket = permission.result(session, tx, granted, f"{ACT}:made", facts)
        else:
            ticket = permission.heard(tx, granted, f"{ACT}:made", {**facts, "live": live})
        finish_clip(tx, take.clip, duration_ms=made.sound.duration_ms, artifact_id=artifact, result_ticket=ticket)
    journal.note("clip.made", clip=take.clip, grant=permit.grant_id, ms=made.sound.duration_ms)
    return ticket


def _facts(take: Take, made: MadeClip, outcome: LabelOutcome) -> dict[str, Fact]:
    return {
        "clip": take.clip,
        "mark": str(take.mark),
        "mark_readable": made.readable,
        "mark_lost": " ".join(lost_in(made.checks)),
        "duration_ms": made.sound.duration_ms,
        "output": made.output,
        **outcome.facts(),
    }


def _clip(run: Run, made: MadeClip) -> Clip:
    take, permit = run.take, run.permit
    return Clip(
        clip_id=take.clip,
        voice_id=VoiceId(take.voice.row.voice_id),
        grant_id=permit.grant_id,
        permit_id=permit.permit_id,
        mark_id=str(take.mark),
        licensee=permit.licensee,
        purpose=permit.purpose,
        project=take.order.project,
        duration_ms=made.sound.duration_ms,
        artifact_id=made.kept.artifact_id,
        intent_ticket=run.granted.ticket,
        created_at=stamp(now()),
    )


def _spoken(run: Run, made: MadeClip, outcome: LabelOutcome, times: Times, ticket: int) -> Spoken:
    duration_s = made.sound.signal.duration_s
    return Spoken(
        clip=run.take.clip,
        grant=run.permit.grant_id,
        mark=str(run.take.mark),
        ticket=ticket,
        duration_s=duration_s,
        ttfa_ms=round(1000 * times.first_s),
        rtf=times.made_s / duration_s,
        content_credentials=made.signed,
        mark_readable=made.readable,
        mark_checks=made.checks,
        labels=outcome,
    )
