"""From what a client wants said to an order, with what its key is bound to."""

from __future__ import annotations

from dataclasses import dataclass

from sayso.consent import Action
from sayso.doors.api.callers import Caller
from sayso.doors.api.errors import KeyUnbound
from sayso.doors.api.voices import engine_of, voice_of
from sayso.errors import Invalid
from sayso.workflows.speech import live
from sayso.workflows.speech.live import EngineOf, LiveSpeech
from sayso.workflows.speech.orders import Order
from sayso.workflows.voices import voicebook


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client wants said; ``purpose`` and ``project`` stand in place of the key's."""

    model: str
    voice: str
    text: str
    purpose: str | None = None
    project: str | None = None
    language: str = "en"
    speed: float = 1.0
    seed: int = 0
    territory: str | None = None
    channel: str | None = None
    topics: tuple[str, ...] | None = None
    announced: bool = False
    timed: bool = False


def begun(caller: Caller, wanted: Wanted, action: Action, engines: EngineOf) -> LiveSpeech:
    """Return the utterance that is wanted, permitted; raise every reason why it is not."""
    key = caller.key
    if key is None:
        raise KeyUnbound("got a credential that names no licensee, expected a key of the API")
    session = caller.session
    engine = engine_of(wanted.model)
    voice = voice_of(caller, wanted.voice, engine)
    if engine is not None and voicebook.row_of(session, voice).engine != engine:
        raise Invalid(f"model: got {engine}, the voice {voice} is of another engine; use the model sayso")
    order = Order(
        text=wanted.text,
        voice=voice,
        licensee=key.licensee,
        purpose=wanted.purpose or key.purpose,
        project=wanted.project or key.project,
        language=wanted.language,
        speed=wanted.speed,
        seed=wanted.seed,
        territory=wanted.territory,
        channel=wanted.channel,
        topics=wanted.topics,
        announced=wanted.announced,
    )
    return live.begin(session, order, action=action, engine_of=engines, timed=wanted.timed)
