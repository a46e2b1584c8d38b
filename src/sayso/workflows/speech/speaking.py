"""Speaking one text: permit, sound, mark, credentials, log, and only then the file.

Killed anywhere, no unlogged sound is out: the intent is in the ledger before the first sample is made, the result
before the file has a name (decisions/0002).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso.audio import Container, container_of
from sayso.clock import now, stamp
from sayso.consent import Action, Permit, Purpose, Release, Request, minutes
from sayso.consent.act import Disclosure
from sayso.disk import check_target, write_document
from sayso.errors import Invalid
from sayso.ids import ClipId, RunId, VoiceId, new_id
from sayso.labels import Layer, Origin
from sayso.mark import Mark, MarkedAudio
from sayso.mark.profiles import strength_of
from sayso.mark.strength import Strength
from sayso.mark.verifying import Checked, Policy, checked, lasts, lost_in
from sayso.progress import Report, silent
from sayso.synthesis import Phrase, Renderer, estimate_ms, normalise, phrases, script
from sayso.synthesis.store import Clip, insert_clip
from sayso.units import samples_to_ms
from sayso.vault.domains import Domain
from sayso.workflows.consent import permission
from sayso.workflows.consent.commitments import text_commitment
from sayso.workflows.consent.holding import held
from sayso.workflows.consent.permission import Fact, Granted
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance import content, manifests
from sayso.workflows.provenance.releasing import SoundDraft
from sayso.workflows.speech import credentials, labels
from sayso.workflows.speech.credentials import Packed
from sayso.workflows.speech.labels import Outcome, Plan, beside, notice, plan
from sayso.workflows.voices import archive
from sayso.workflows.voices.voicebook import Cast, cast

ACT: Final = "synthesis:clip"


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants said. ``jurisdictions`` None stands for those of the settings."""

    text: str
    voice: str
    licensee: str
    purpose: str
    project: str | None = None
    language: str = "en"
    speed: float = 1.0
    seed: int = 0
    territory: str | None = None
    channel: str | None = None
    topics: tuple[str, ...] | None = None
    sublicensee: str | None = None
    announced: bool = False
    announce_every_s: float | None = None
    jurisdictions: tuple[str, ...] | None = None
    profile: str = "standard"

    def __post_init__(self) -> None:
        """Refuse a tempo that no engine is asked for, and a profile that marks do not have."""
        strength_of(self.profile)
        if not 0.5 <= self.speed <= 2.0:
            raise Invalid(f"speed: got {self.speed}, expected 0.5 to 2.0")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said, and where it stands in the ledger. ``ttfa_ms`` is from the order to the first marked piece."""

    clip: str
    grant: str
    mark: str
    entry: int
    duration_s: float
    ttfa_ms: int
    rtf: float
    content_credentials: bool
    mark_readable: bool
    mark_checks: tuple[Checked, ...]
    labels: Outcome


@dataclass(frozen=True)
class Take:
    """One order on its way: who speaks what, as which clip, under which mark, and what its labels say of that."""

    session: Session
    order: Order
    voice: Cast
    phrases: tuple[Phrase, ...]
    container: Container
    clip: ClipId
    mark: Mark
    plan: Plan
    origin: Origin
    policy: Policy
    run: RunId

    def commit(self, text: str) -> str:
        """Return the commitment to ``text``, which the permit, the gate and the ledger share."""
        return text_commitment(self.session, self.voice.speaker, text)

    def request(self) -> Request:
        """Return what consent is asked."""
        order, row, text = self.order, self.voice.row, script(self.phrases)
        return Request(
            speaker=self.voice.speaker,
            voice=row.voice_id,
            action=Action.SYNTHESIZE,
            licensee=order.licensee,
            purpose=Purpose(order.purpose),
            project=order.project,
            language=order.language,
            text_commitment=self.commit(text),
            engine_digest=row.engine_digest,
            voice_digest=row.voice_digest,
            ceiling_ms=estimate_ms(text, speed=order.speed) + self.plan.extra_ms(self.phrases, speed=order.speed),
            territory=order.territory,
            channel=order.channel,
            takes=1,
            text=f"{order.text}\n{text}",  # as written and as spoken: what is blocked is blocked in both
            topics=None if order.topics is None else tuple(Purpose(topic) for topic in order.topics),
            disclosure=disclosure_of(self.container, announced=self.plan.speaks),
            sublicensee=order.sublicensee,
        )


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a take: its marked sound, the file to leave, and where its mark was read again.

    ``first_s`` and ``made_s``: from the order to the first marked piece and to the last.
    """

    sound: MarkedAudio
    file: Packed
    checks: tuple[Checked, ...]
    first_s: float
    made_s: float

    @property
    def readable(self) -> bool:
        """Return whether the mark is read back from the clip as it was made."""
        return self.checks[0].is_readable


def phrased(text: str) -> tuple[Phrase, ...]:
    """Return what is spoken for ``text``, labels apart."""
    return tuple(phrases(normalise(text)))


def disclosure_of(container: Container, *, announced: bool) -> Disclosure | None:
    """Return how a file will say that the voice is synthetic."""
    from sayso.credentials import supports  # noqa: PLC0415 - loads c2pa's native library

    return Disclosure.of(spoken=announced, metadata=supports(container))


def speak(session: Session, order: Order, output: Path, report: Report = silent) -> Spoken:
    """Say ``order`` into ``output``; raise `ConsentRefused` with every reason, or fail with nothing written.

    The file appears whole, after its entry is in the ledger. On any failure the reserved minutes come back.
    """
    started = time.perf_counter()
    take = _take(session, order, container_of(output))
    if Layer.NOTICE in take.plan.layers:
        check_target(beside(output), overwrite=True)
    with SoundDraft(output, session.gate, Action.SYNTHESIZE) as draft:
        granted = permission.ask(session, take.request(), ACT, run=take.run)
        try:
            with held(session, granted):
                made = _made(take, granted.permit, report, started)
                to = Release(order.territory, order.channel)
                voice = take.voice.row.voice_id
                draft.write(made.file.file, granted.permit, voice=voice, to=to, announced=take.plan.speaks)
                outcome = take.plan.outcome(signed=made.file.signed, readable=made.readable)
                ticket = _settled(take, granted, made, outcome)
        except BaseException:
            permission.failed(session, granted, ACT)
            raise
        if Layer.NOTICE in take.plan.layers:
            write_document(beside(output), notice(take.plan, take.origin, outcome), mode=0o644)
        draft.publish()
    session.log.integrate()
    return Spoken(
        clip=take.clip,
        grant=granted.permit.grant_id,
        mark=str(take.mark),
        entry=session.log.index_of(ticket),
        duration_s=made.sound.signal.duration_s,
        ttfa_ms=round(1000 * made.first_s),
        rtf=made.made_s / made.sound.signal.duration_s,
        content_credentials=made.file.signed,
        mark_readable=made.readable,
        mark_checks=made.checks,
        labels=outcome,
    )


def _take(session: Session, order: Order, container: Container) -> Take:
    asked = plan(
        session.settings.jurisdictions if order.jurisdictions is None else order.jurisdictions,
        container,
        announced=order.announced,
        every_s=order.announce_every_s,
        language=order.language,
        purpose=order.purpose,
    )
    spoken = asked.around(phrased(order.text), speed=order.speed)
    voice = cast(session, order.voice)
    policy = Policy(order.profile, session.settings.mark_chains, session.settings.weak_marks == "refuse")
    clip, mark = ClipId(new_id("clip")), Mark.new()
    origin = labels.origin_of(session, clip, str(mark), voice.row)
    return Take(session, order, voice, spoken, container, clip, mark, asked, origin, policy, RunId(new_id("run")))


def rendering(take: Take, permit: Permit, strength: Strength) -> Iterator[MarkedAudio]:
    """Return the take as marked pieces, each made, checked and let go when it is asked for."""
    return Renderer(take.session.marker.at(strength), take.session.gate).render(
        take.phrases,
        take.voice.open(take.session),
        engine=take.voice.engine,
        permit=permit,
        mark=take.mark,
        action=Action.SYNTHESIZE,
        commit=take.commit,
        speed=take.order.speed,
        seed=take.order.seed,
        rhythm=take.plan.has_rhythm,
    )


def _made(take: Take, permit: Permit, report: Report, started: float) -> Made:
    """Make the clip, more firmly marked while its mark is lost on the way; raise `MarkWeak` if that is the policy."""
    first_s = 0.0
    for strength in take.policy.strengths():
        sound, heard_s = _rendered(take, permit, strength, report, started)
        first_s, made_s = first_s or heard_s, time.perf_counter() - started
        with ThreadPoolExecutor(1) as beside_packing:
            checking = beside_packing.submit(
                checked, take.session.detector, sound.signal, take.mark, take.policy.checked
            )
            file = _packed(take, permit, sound)
        checks = checking.result()
        if lasts(checks):
            break
    take.policy.judge(checks)
    return Made(sound, file, checks, first_s, made_s)


def _rendered(
    take: Take, permit: Permit, strength: Strength, report: Report, started: float
) -> tuple[MarkedAudio, float]:
    """Return the marked sound, whole, and how many seconds after ``started`` its first piece was ready."""
    pieces: list[MarkedAudio] = []
    first_s = 0.0
    for piece in rendering(take, permit, strength):
        first_s = first_s or time.perf_counter() - started
        pieces.append(piece)
        made_ms = samples_to_ms(piece.stop, piece.signal.sample_rate)
        report(min(1.0, 2 * made_ms / permit.ceiling_ms))  # speech takes about half of its ceiling
    return MarkedAudio.joined(pieces), first_s


def _packed(take: Take, permit: Permit, sound: MarkedAudio) -> Packed:
    return credentials.packed(
        take.session,
        sound,
        container=take.container,
        permit=permit,
        action=Action.SYNTHESIZE,
        clip=take.clip,
        tags=take.plan.tags(take.origin),
    )


def _settled(take: Take, granted: Granted, made: Made, outcome: Outcome) -> int:
    """Keep the clip, settle its minutes and log the result, all or nothing; return the ledger's ticket."""
    session, permit, order, sound = take.session, granted.permit, take.order, made.sound
    kept = archive.sealed_clip(session, sound, [take.voice.speaker])
    known_by = content.fingerprinted(session, sound, clip=take.clip, speaker=take.voice.speaker)
    facts: dict[str, Fact] = {
        "clip": take.clip,
        "mark": str(take.mark),
        "mark_readable": made.readable,
        "mark_lost": " ".join(lost_in(made.checks)),
        "duration_ms": sound.duration_ms,
        "output": session.vault.commit(take.voice.speaker, bytes.fromhex(kept.digest), domain=Domain.SOUND),
        **outcome.facts(),
    }
    with archive.undone_on_failure(session, kept), session.act(permit.speaker) as tx:
        if granted.lease is not None:
            minutes.settle(tx, granted.lease, sound.duration_ms)
        ticket = permission.result(session, tx, granted, f"{ACT}:made", facts)
        artifact = archive.recorded(
            tx, kept, permit, speakers=[take.voice.speaker], parents=[take.voice.row.artifact_id]
        )
        content.keep(tx, known_by, permit, parent=artifact)
        manifests.keep(tx, made.file.manifest, permit, parent=artifact)
        insert_clip(
            tx,
            Clip(
                clip_id=take.clip,
                voice_id=VoiceId(take.voice.row.voice_id),
                grant_id=permit.grant_id,
                permit_id=permit.permit_id,
                mark_id=str(take.mark),
                licensee=permit.licensee,
                purpose=permit.purpose,
                project=order.project,
                duration_ms=sound.duration_ms,
                artifact_id=artifact,
                intent_ticket=granted.ticket,
                result_ticket=ticket,
                created_at=stamp(now()),
            ),
        )
    return ticket
