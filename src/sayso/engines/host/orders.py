"""Orders: what a worker is asked for, and what comes back, as frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from sayso import errors as kinds
from sayso.audio.signal import Signal
from sayso.engines import errors as engine_errors
from sayso.engines.host.errors import EngineFailed
from sayso.engines.host.frames import Header
from sayso.engines.protocol import VoiceAsset
from sayso.engines.traits import Early, WordTime
from sayso.errors import SaysoError
from sayso.models import catalogue

_KNOWN: Final[Mapping[str, type[SaysoError]]] = {
    name: found
    for room in (engine_errors, catalogue, kinds)
    for name, found in vars(room).items()
    if isinstance(found, type) and issubclass(found, SaysoError)
}
"""The errors that pass from a worker to its host as what they are."""


@dataclass(frozen=True, slots=True)
class SpeakOrder:
    """What to say: the arguments of `Engine.stream`. ``patience_s``: how long it may wait in the queue."""

    text: str
    voice: VoiceAsset
    speed: float = 1.0
    seed: int = 0
    early: Early = Early.FIRST
    patience_s: float = 10.0

    def frame(self) -> tuple[Header, bytes]:
        """Return the order as a frame."""
        words = {"text": self.text, "speed": self.speed, "seed": self.seed, "early": self.early}
        return {"do": "speak", **words, **_voice(self.voice)}, self.voice.data


@dataclass(frozen=True, slots=True)
class AlignOrder:
    """Which words to find: the arguments of `Engine.align`."""

    text: str
    voice: VoiceAsset
    speed: float = 1.0
    seed: int = 0
    early: Early = Early.FIRST
    patience_s: float = 10.0

    def frame(self) -> tuple[Header, bytes]:
        """Return the order as a frame."""
        words = {"text": self.text, "speed": self.speed, "seed": self.seed, "early": self.early}
        return {"do": "align", **words, **_voice(self.voice)}, self.voice.data


@dataclass(frozen=True, slots=True)
class CloneOrder:
    """What to clone from: the argument of `Engine.clone`, mixed to one channel."""

    reference: Signal
    patience_s: float = 60.0

    def frame(self) -> tuple[Header, bytes]:
        """Return the order as a frame."""
        samples = self.reference.mixed().astype("<f4")
        return {"do": "clone", "sample_rate": self.reference.sample_rate}, samples.tobytes()


HostOrder = SpeakOrder | AlignOrder | CloneOrder
Outcome = Signal | VoiceAsset | tuple[WordTime, ...] | SaysoError | None
"""One thing that comes back: a piece, a voice, the words, what went wrong, or None at the end."""

Deliver = Callable[[Outcome], None]


def taken(header: Header, body: bytearray) -> Outcome:
    """Return what a frame of a worker brings; raise what `Signal` does, or `KeyError`, for one that is malformed."""
    match header["is"]:
        case "piece":
            return Signal.mono(np.frombuffer(body, "<f4"), int(header["sample_rate"]))
        case "voice":
            return VoiceAsset(str(header["engine"]), str(header["kind"]), bytes(body))
        case "words":
            return tuple(WordTime(str(word), float(start), float(end)) for word, start, end in header["words"])
        case "failed":
            return failure(header)
        case _:
            return None


def failed(error: Exception) -> Header:
    """Return ``error`` as a header: an error of ours in full, of another only its kind, since it may quote the text."""
    if type(error).__name__ in _KNOWN and isinstance(error, SaysoError):
        words = {"message": error.message, "hint": error.hint, "reasons": list(error.reasons)}
        return {"is": "failed", "error": type(error).__name__, **words}
    return {"is": "failed", "error": "", "message": type(error).__name__}


def failure(header: Header) -> SaysoError:
    """Return the error that a header tells of."""
    kind = _KNOWN.get(str(header.get("error")))
    if kind is None:
        return EngineFailed(f"the engine failed on this text ({str(header.get('message'))[:60]}); try another text")
    return kind(str(header["message"]), hint=str(header["hint"]), reasons=[str(one) for one in header["reasons"]])


def _voice(voice: VoiceAsset) -> Header:
    return {"engine": voice.engine, "kind": voice.kind}
