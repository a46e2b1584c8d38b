"""Speaking one text: permit, sound, mark, credentials, log, and only then the file.

Killed anywhere, no unlogged sound is out: the intent is in the ledger before the first sample is made, the result
before the file has a name (decisions/0002).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sayso.audio import Container, Signal, concatenate, container_of, encode
from sayso.clock import now, stamp
from sayso.consent import Action, Permit, Purpose, Release, Request, minutes
from sayso.consent.disclosure import Disclosure
from sayso.database import Connection
from sayso.disk import Draft, write_whole
from sayso.errors import Invalid
from sayso.ids import ClipId, SpeakerId, VoiceId, new_id
from sayso.lineage import Kind
from sayso.marking import Mark, MarkedAudio
from sayso.marking.labels import Layer, Origin
from sayso.marking.profiles import strength_of
from sayso.progress import Report, silent
from sayso.synthesis import Phrase, Renderer, estimate_ms, normalise, phrases, script
from sayso.synthesis.store import Clip, insert_clip
from sayso.units import samples_to_ms
from sayso.workflows import archive, content, credentials, labels, manifests, permission
from sayso.workflows.home import Home
from sayso.workflows.labels import Outcome, Plan, beside, notice, plan
from sayso.workflows.manifests import SealedManifest
from sayso.workflows.marking_files import is_readable
from sayso.workflows.permission import Fact, Granted
from sayso.workflows.voicebook import Cast, cast

ACT: Final = "synthesis:clip"
TEXT_DOMAIN: Final = "text"
MASTER: Final = Container.FLAC


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
    labels: Outcome

    def as_json(self) -> dict[str, Any]:
        """Return the JSON shape of `sayso say`."""
        return {
            "clip": self.clip,
            "grant": self.grant,
            "mark": self.mark,
            "entry": self.entry,
            "duration_s": round(self.duration_s, 3),
            "ttfa_ms": self.ttfa_ms,
            "rtf": round(self.rtf, 3),
            "content_credentials": self.content_credentials,
            "mark_readable": self.mark_readable,
            "labels": self.labels.as_json(),
        }


@dataclass(frozen=True)
class Take:
    """One order on its way: who speaks what, as which clip, under which mark."""

    home: Home
    order: Order
    voice: Cast
    phrases: tuple[Phrase, ...]
    container: Container
    clip: ClipId
    mark: Mark
    plan: Plan

    def commit(self, text: str) -> str:
        """Return the commitment to ``text``, which the permit, the gate and the ledger share."""
        return commitment(self.home, self.voice.speaker, text)

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

    def origin(self) -> Origin:
        """Return what the labels say of where the clip comes from."""
        return labels.origin_of(self.home, self.clip, str(self.mark), self.voice.row)


def commitment(home: Home, speaker: SpeakerId, text: str) -> str:
    """Return the commitment to a script, keyed by the speaker's key."""
    return home.vault.commit(speaker, text.encode(), domain=TEXT_DOMAIN)


def phrased(text: str) -> tuple[Phrase, ...]:
    """Return what is spoken for ``text``, labels apart."""
    return tuple(phrases(normalise(text)))


def disclosure_of(container: Container, *, announced: bool) -> Disclosure | None:
    """Return how a file will say that the voice is synthetic."""
    from sayso.marking.credentials import supports  # noqa: PLC0415 - loads c2pa's native library

    return Disclosure.of(spoken=announced, metadata=supports(container))


def speak(home: Home, order: Order, output: Path, report: Report = silent) -> Spoken:
    """Say ``order`` into ``output``; raise `ConsentRefused` with every reason, or fail with nothing written.

    The file appears whole, after its entry is in the ledger. On any failure the reserved minutes come back.
    """
    started = time.perf_counter()
    take = _take(home, order, container_of(output))
    origin = take.origin()
    with Draft(output, mode=0o644) as draft:
        granted = permission.ask(home, take.request(), ACT, within=_reserve)
        try:
            sound, first_s = _rendered(take, granted.permit, report, started)
            made_s = time.perf_counter() - started
            readable = is_readable(home, sound, take.mark)
            file = credentials.packed(
                home,
                sound,
                container=take.container,
                permit=granted.permit,
                action=Action.SYNTHESIZE,
                mark=take.mark,
                clip=take.clip,
                tags=take.plan.tags(origin),
            )
            told = Disclosure.of(spoken=take.plan.speaks, metadata=file.signed)
            release = Release(order.territory, order.channel, told)
            home.gate.check(granted.permit, Action.SYNTHESIZE, voice=take.voice.row.voice_id, release=release)
            draft.write(file.data)
            outcome = take.plan.outcome(signed=file.signed, readable=readable)
            ticket = _settled(take, granted, sound, file.manifest, readable=readable, outcome=outcome)
        except BaseException:
            permission.failed(home, granted, ACT, within=lambda tx: minutes.release(tx, granted.permit.permit_id))
            raise
        if Layer.NOTICE in take.plan.layers:
            write_whole(beside(output), notice(take.plan, origin, outcome), mode=0o644)
        draft.publish()
    home.log.integrate()
    return Spoken(
        clip=take.clip,
        grant=granted.permit.grant_id,
        mark=str(take.mark),
        entry=home.log.index_of(ticket),
        duration_s=sound.duration_s,
        ttfa_ms=round(1000 * first_s),
        rtf=made_s / sound.duration_s,
        content_credentials=file.signed,
        mark_readable=readable,
        labels=outcome,
    )


def _take(home: Home, order: Order, container: Container) -> Take:
    asked = plan(
        home.settings.jurisdictions if order.jurisdictions is None else order.jurisdictions,
        container,
        announced=order.announced,
        every_s=order.announce_every_s,
        language=order.language,
        purpose=order.purpose,
    )
    spoken = asked.around(phrased(order.text), speed=order.speed)
    voice = cast(home, order.voice)
    return Take(home, order, voice, spoken, container, ClipId(new_id("clip")), Mark.new(), asked)


def _reserve(tx: Connection, permit: Permit) -> None:
    minutes.reserve(tx, permit.grant_id, permit.permit_id, permit.ceiling_ms, takes=1)


def rendering(take: Take, permit: Permit) -> Iterator[MarkedAudio]:
    """Return the take as marked pieces, each made, checked and let go when it is asked for."""
    return Renderer(take.home.marker.at(strength_of(take.order.profile)), take.home.gate).render(
        take.phrases,
        take.voice.open(take.home),
        engine=take.voice.engine,
        permit=permit,
        mark=take.mark,
        action=Action.SYNTHESIZE,
        commit=take.commit,
        speed=take.order.speed,
        seed=take.order.seed,
        rhythm=take.plan.has_rhythm,
    )


def _rendered(take: Take, permit: Permit, report: Report, started: float) -> tuple[Signal, float]:
    """Return the marked sound, whole, and how many seconds after ``started`` its first piece was ready."""
    pieces: list[Signal] = []
    first_s = 0.0
    for piece in rendering(take, permit):
        first_s = first_s or time.perf_counter() - started
        pieces.append(piece.signal)
        made_ms = samples_to_ms(piece.stop, piece.signal.sample_rate)
        report(min(1.0, 2 * made_ms / permit.ceiling_ms))  # speech takes about half of its ceiling
    return concatenate(pieces), first_s


def _settled(
    take: Take, granted: Granted, sound: Signal, manifest: SealedManifest, *, readable: bool, outcome: Outcome
) -> int:
    """Keep the clip, settle its minutes and log the result, all or nothing; return the ledger's ticket."""
    home, permit, order = take.home, granted.permit, take.order
    kept = archive.sealed(home, encode(sound, MASTER), [take.voice.speaker], Kind.CLIP)
    known_by = content.fingerprinted(home, sound, clip=take.clip, speaker=take.voice.speaker)
    facts: dict[str, Fact] = {
        "clip": take.clip,
        "mark": str(take.mark),
        "mark_readable": readable,
        "duration_ms": sound.duration_ms,
        "output": home.vault.commit(take.voice.speaker, bytes.fromhex(kept.digest), domain="sound"),
        **outcome.facts(),
    }
    with archive.undone_on_failure(home, kept), home.database.write() as tx:
        minutes.settle(tx, permit.permit_id, sound.duration_ms)
        ticket = permission.result(home, tx, granted, f"{ACT}:made", facts)
        artifact = archive.recorded(
            tx, kept, permit, speakers=[take.voice.speaker], parents=[take.voice.row.artifact_id]
        )
        content.keep(tx, known_by, permit, parent=artifact)
        manifests.keep(tx, manifest, permit, parent=artifact)
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
