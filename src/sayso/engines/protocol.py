"""What an engine is: the whole surface that a third-party engine has to meet.

An engine is found by the entry point group ``sayso.engines``; nothing else in Sayso names one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.engines.stop import Stop
from sayso.engines.traits import Early, Traits, WordTime


class Capability(StrEnum):
    """What an engine can do."""

    STOCK = "stock"  # speaks with voices of its own
    STYLE = "style"  # clones by a search in its style space: see `StyleSpace`
    CLONE = "clone"  # clones from a recording by itself: see `Engine.clone`
    STUDENT = "student"  # learns a voice of another engine: see `sayso.voices.teach`
    PHONEMES = "phonemes"  # says a `pronounced` word with the phonemes that it brings


@dataclass(frozen=True, slots=True)
class Licence:
    """Under what an engine's code and weights may be used.

    ``commercial`` is about the weights; ``conditions`` is what their licence asks of whoever uses them, if anything.
    """

    code: str
    weights: str
    commercial: bool
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class StockVoice:
    """A voice that comes with the engine: its licence and source go into its house grant."""

    name: str
    language: str
    licence: str
    source: str


@dataclass(frozen=True, slots=True)
class VoiceAsset:
    """What an engine needs to speak with one voice: opaque bytes of its own ``kind``, never written in the clear."""

    engine: str
    kind: str
    data: bytes

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the asset: what a permit binds as its voice digest."""
        header = f"{self.engine}\n{self.kind}\n".encode()
        return hashlib.sha256(header + self.data).hexdigest()


class StyleSpace(Protocol):
    """The coordinates in which a voice can be searched for.

    A point is a float64 array of shape (dimensions,), in units of one standard deviation over the stock voices.
    """

    @property
    def dimensions(self) -> int:
        """Return the number of coordinates."""
        ...

    @property
    def weights(self) -> Sequence[float]:
        """Return how much each coordinate changes the sound, beside the others: (dimensions,), above 0."""
        ...

    @property
    def tone_hz(self) -> Sequence[float]:
        """Return the frequencies at which a voice's spectrum can be corrected, rising; empty if it cannot be."""
        ...

    def asset(self, point: Sequence[float], *, tone_db: Sequence[float] = ()) -> VoiceAsset:
        """Return the voice at ``point``, its spectrum corrected by ``tone_db`` at `tone_hz` (-6 to 6; empty: not)."""
        ...

    def stock_points(self) -> Sequence[Sequence[float]]:
        """Return the points of the engine's own voices, to start from."""
        ...

    def measured(self) -> MeasuredStyles:
        """Return points that were measured beforehand; without rows if none were."""
        ...

    def searcher(self) -> Engine:
        """Return the engine to search with: safe to share between threads, one core a render."""
        ...


class SpokenSentence(Protocol):
    """A sentence as it was spoken: ``samples`` (mono, at the engine's rate), and how a gradient passes back."""

    @property
    def samples(self) -> NDArray[np.float32]:
        """Return the samples."""
        ...

    def gradient(self, by_samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the gradient by the styles of the layers, given that by the samples."""
        ...


Speak = Callable[[NDArray[np.float32], float], SpokenSentence]
"""Speaks with the styles it is given; the number says which part: 0.0 the first, 1.0 the last."""


@runtime_checkable
class LayeredSpace(Protocol):
    """A style space whose voices have a style for each layer, by which speech can be differentiated."""

    def styles_of(self, asset: VoiceAsset) -> NDArray[np.float32]:
        """Return the styles of a voice: (layers, numbers)."""
        ...

    def with_styles(self, asset: VoiceAsset, styles: NDArray[np.float32]) -> VoiceAsset:
        """Return the voice with other ``styles``."""
        ...

    def with_melody(self, asset: VoiceAsset, semitones: float, span: float, pivot_hz: float) -> VoiceAsset:
        """Return the voice with its pitch moved by ``semitones``, and spread by ``span`` about ``pivot_hz``."""
        ...

    def spoken(self, asset: VoiceAsset, text: str, longest_s: float) -> Speak:
        """Return what speaks a part of ``text``, ``longest_s`` at most, as the voice does, but with other styles."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredStyles:
    """Points of a style space and what speech from them sounds like, so that a search starts well.

    ``points`` (measured, dimensions); ``embeddings`` (measured, 256), GE2E of one short sentence each, less what the
    sentence itself adds; ``adds`` (256,) is that, by sentence; ``log_pitches`` (measured,) the natural logarithms of
    the median F0 in Hz.
    """

    points: NDArray[np.float64]
    embeddings: NDArray[np.float64]
    log_pitches: NDArray[np.float64]
    adds: Mapping[str, NDArray[np.float64]]


@runtime_checkable
class Engine(Protocol):
    """A speech synthesizer. One object, loaded once a process; not thread-safe unless it says so."""

    @property
    def name(self) -> str:
        """Return the name of the engine's entry point."""
        ...

    @property
    def version(self) -> str:
        """Return the version of code and weights."""
        ...

    @property
    def licence(self) -> Licence:
        """Return under what it may be used."""
        ...

    @property
    def sample_rate(self) -> int:
        """Return the rate of the sound it makes, Hz."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages it speaks, as tags such as ``en-US``."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what it can do."""
        ...

    @property
    def traits(self) -> Traits:
        """Return the way it works."""
        ...

    def digest(self) -> str:
        """Return the SHA-256 (hex) of weights and version: what a permit binds."""
        ...

    def load(self) -> None:
        """Get ready to speak; raise `ModelMissing` or `ModelTampered`. Calling it again does nothing."""
        ...

    def stock_voices(self) -> Sequence[StockVoice]:
        """Return the voices that come with the engine."""
        ...

    def stock_asset(self, name: str) -> VoiceAsset:
        """Return the asset of the stock voice ``name``; raise `NotFound`."""
        ...

    def style_space(self) -> StyleSpace:
        """Return the space to search for a voice; raise `CannotClone` without `Capability.STYLE`."""
        ...

    def clone(self, reference: Signal) -> VoiceAsset:
        """Return the voice of ``reference``; raise `CannotClone` without `Capability.CLONE`."""
        ...

    def stream(
        self,
        text: str,
        voice: VoiceAsset,
        *,
        speed: float = 1.0,
        seed: int = 0,
        early: Early = Early.NO,
        stop: Stop | None = None,
    ) -> Iterator[Signal]:
        """Yield ``text`` (one normalised phrase) as mono signals at ``sample_rate``, as soon as each is ready.

        ``text`` may hold `pronounced` words, whose phonemes are said as given. With ``early`` the first piece is
        short, for a listener who waits: see `Early`. Once ``stop`` is set no further piece comes: the
        engine ends as soon as it can, without an error. The same arguments give the same samples, unless `traits` say
        otherwise. Raise `Unspeakable` for text the engine has no sound for, `VoiceUnfit` for the voice of another
        engine, `SpeedInvalid` outside 0.5 to 2.0. `load` need not have been called.
        """
        ...

    def align(
        self, text: str, voice: VoiceAsset, *, speed: float = 1.0, seed: int = 0, early: Early = Early.NO
    ) -> Sequence[WordTime]:
        """Return when `stream` says each word of ``text``, given the same arguments: in order, one for each word.

        A word is what stands between two spaces and has a letter or a digit. Raise `CannotAlign` with
        `Timing.NONE`: `sayso.engines.alignment` finds the words in the sound instead.
        """
        ...
