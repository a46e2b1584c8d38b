"""Orders, takes and what comes of them: ids and plain values, which can go to another process and back."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from sayso.audio import Container
from sayso.consent import Action, Purpose, Request
from sayso.consent.act import Disclosure
from sayso.engines.checks import check_pronounced
from sayso.engines.licensing import check_licence
from sayso.engines.pronounced import words_of
from sayso.engines.protocol import Engine
from sayso.errors import Invalid
from sayso.ids import ClipId, RunId, SpeakerId, new_id
from sayso.labels import Origin
from sayso.mark import Mark
from sayso.mark.profiles import strength_of
from sayso.mark.verifying import ChainCheck, MarkPolicy
from sayso.synthesis import Phrase, estimate_ms, read, read_lexicon, script
from sayso.workflows.consent.commitments import text_commitment
from sayso.workflows.installation.session import Session
from sayso.workflows.speech import labels
from sayso.workflows.speech.labels import LabelOutcome, Plan
from sayso.workflows.voices.voicebook import Cast, cast, check_language, engine_of


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants said. ``jurisdictions`` None stands for those of the settings; ``lexicon`` is a file."""

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
    lexicon: str | PathLike[str] | None = None

    def __post_init__(self) -> None:
        """Refuse a tempo that no engine is asked for, and a profile that marks do not have."""
        strength_of(self.profile)
        if not 0.5 <= self.speed <= 2.0:
            raise Invalid(f"speed: got {self.speed}, expected 0.5 to 2.0")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said. ``ttfa_ms`` is from the order to the first marked piece.

    ``ticket`` is that of the ledger's entry; its place is known once it has one: see `Session.entry_of`.
    """

    clip: str
    grant: str
    mark: str
    ticket: int
    duration_s: float
    ttfa_ms: int
    rtf: float
    content_credentials: bool
    mark_readable: bool
    mark_checks: tuple[ChainCheck, ...]
    labels: LabelOutcome


@dataclass(frozen=True, slots=True)
class Take:
    """One order on its way: who speaks what, as which clip, under which mark, and what its labels say of that.

    ``text`` is what is spoken, ``commitment`` the commitment to it, keyed by the speaker's key. ``run`` makes it.
    ``container`` is that of the file; None for sound that is heard while it is made.
    """

    run: RunId
    order: Order
    voice: Cast
    phrases: tuple[Phrase, ...]
    text: str
    commitment: str
    container: Container | None
    clip: ClipId
    mark: Mark
    plan: Plan
    origin: Origin
    policy: MarkPolicy
    action: Action = Action.SYNTHESIZE

    @property
    def is_live(self) -> bool:
        """Return whether the sound is heard while it is made."""
        return self.container is None

    @property
    def speaker(self) -> SpeakerId:
        """Return whose voice speaks."""
        return self.voice.speaker

    def request(self) -> Request:
        """Return what consent is asked."""
        order, row = self.order, self.voice.row
        return Request(
            speaker=self.speaker,
            voice=row.voice_id,
            action=self.action,
            licensee=order.licensee,
            purpose=Purpose(order.purpose),
            project=order.project,
            language=order.language,
            text_commitment=self.commitment,
            engine_digest=row.engine_digest,
            voice_digest=row.voice_digest,
            ceiling_ms=estimate_ms(self.text, speed=order.speed) + self.plan.extra_ms(self.phrases, speed=order.speed),
            territory=order.territory,
            channel=order.channel,
            takes=1,
            text=f"{order.text}\n{words_of(self.text)}",  # as written and as spoken: what is blocked is blocked in both
            topics=None if order.topics is None else tuple(Purpose(topic) for topic in order.topics),
            disclosure=disclosure_of(self.container, announced=self.plan.speaks),
            sublicensee=order.sublicensee,
        )


def taken(session: Session, order: Order, container: Container | None, action: Action = Action.SYNTHESIZE) -> Take:
    """Return the take of ``order``, with ids of its own. Raise `VoiceUnknown`, `EngineChanged`, `Invalid`."""
    voice = cast(session, order.voice)
    engine = engine_of(session, voice.row)
    check_licence(engine, order.project, non_commercial=session.settings.non_commercial_projects)
    check_language(voice.row, order.language)
    plan = labels.plan(
        session.settings.jurisdictions if order.jurisdictions is None else order.jurisdictions,
        container,
        announced=order.announced,
        every_s=order.announce_every_s,
        language=order.language,
        purpose=order.purpose,
    )
    spoken = plan.around(phrased(order, engine), speed=order.speed)
    text = script(spoken)
    clip, mark = ClipId(new_id("clip")), Mark.new()
    return Take(
        run=RunId(new_id("run")),
        order=order,
        voice=voice,
        phrases=spoken,
        text=text,
        commitment=text_commitment(session, voice.speaker, text),
        container=container,
        clip=clip,
        mark=mark,
        plan=plan,
        origin=labels.origin_of(session, clip, str(mark), voice.row),
        policy=MarkPolicy(order.profile, session.settings.mark_chains, session.settings.weak_marks == "refuse"),
        action=action,
    )


def phrased(order: Order, engine: Engine) -> tuple[Phrase, ...]:
    """Return what is spoken for ``order``, labels apart; raise `LexiconInvalid`, or `PhonemesUnsupported`."""
    lexicon = None if order.lexicon is None else read_lexicon(Path(order.lexicon))
    spoken = read(order.text, language=order.language, lexicon=lexicon)
    check_pronounced((phrase.text for phrase in spoken), engine)
    return spoken


def disclosure_of(container: Container | None, *, announced: bool) -> Disclosure | None:
    """Return how a file, or sound that is heard at once, will say that the voice is synthetic."""
    return Disclosure.of(spoken=announced, metadata=labels.is_credited(container))
