"""What every engine must do: subclass `EngineConformance`, name the engine, and run it with pytest or by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.engines import (
    CannotAlign,
    CannotClone,
    Capability,
    Control,
    Determinism,
    Engine,
    EngineUnfit,
    Licence,
    SpeedInvalid,
    Stop,
    Streaming,
    Timing,
    Traits,
    Unspeakable,
    VoiceAsset,
    VoiceUnfit,
)
from sayso.engines.traits import Early
from sayso.engines.wordtimes import words_in
from sayso.errors import NotFound

SENTENCE: Final = "The keeper climbed the narrow stair before dawn."

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def spoken(
    engine: Engine, text: str, voice: VoiceAsset, *, speed: float = 1.0, seed: int = 0, early: Early = Early.NO
) -> NDArray[np.float32]:
    """Return all that ``engine`` streams for ``text``, shape (samples,); raise `EngineUnfit` for a wrong piece."""
    pieces = list(engine.stream(text, voice, speed=speed, seed=seed, early=early))
    for piece in pieces:
        _require(isinstance(piece, Signal), f"stream: got a {type(piece).__name__}, expected a Signal")
        _require(piece.num_channels == 1, f"stream: got {piece.num_channels} channels, expected 1")
        _require(
            piece.sample_rate == engine.sample_rate,
            f"stream: got {piece.sample_rate} Hz, expected the engine's {engine.sample_rate}",
        )
    return np.concatenate([piece.samples[0] for piece in pieces])


class EngineConformance:
    """The checks of the Engine protocol, one a method. Override `engine`; `voice` and `recording` have defaults.

    pytest collects a subclass whose name starts with ``Test``; `broken` runs the checks without pytest. A check that
    fails raises `EngineUnfit` with what was got and what was expected, or what the engine itself raised.
    """

    def engine(self) -> Engine:
        """Return the engine to check, made anew or the same each time."""
        raise NotImplementedError

    def voice(self) -> VoiceAsset:
        """Return a voice to speak with: by default the first stock voice."""
        engine = self.engine()
        return engine.stock_asset(engine.stock_voices()[0].name)

    def recording(self) -> Signal:
        """Return some seconds of speech to clone from: by default what the engine itself says."""
        said = spoken(self.engine(), f"{SENTENCE} {SENTENCE}", self.voice())
        return Signal.mono(said, self.engine().sample_rate)

    def broken(self) -> list[str]:
        """Run every check; return a line for each that fails, none for an engine that conforms."""
        names = (name for name in dir(self) if name.startswith("test_"))
        return [problem for name in names if (problem := _problem(name, getattr(self, name)))]

    def test_meets_the_protocol(self) -> None:
        """The engine has every member, and says its languages, capabilities, licence and version."""
        engine = self.engine()
        _require(isinstance(engine, Engine), f"got a {type(engine).__name__}, expected every member of Engine")
        _require(isinstance(engine.licence, Licence), "licence: expected a Licence")
        _require(bool(engine.languages), "languages: got none, expected one or more")
        _require(all(map(_LANGUAGE.fullmatch, engine.languages)), f"languages: got {engine.languages}")
        _require(bool(engine.capabilities), "capabilities: got none, expected one or more")
        _require(engine.capabilities <= frozenset(Capability), f"capabilities: got {engine.capabilities}")
        _require(bool(engine.version), "version: got none")

    def test_says_how_it_works(self) -> None:
        """The traits are complete, and fit the capabilities."""
        engine = self.engine()
        traits = engine.traits
        _require(isinstance(traits, Traits), f"traits: got a {type(traits).__name__}, expected Traits")
        _require(traits.controls <= frozenset(Control), f"controls: got {traits.controls}")
        clones = Capability.CLONE in engine.capabilities
        _require(
            clones == (traits.reference_s is not None), "reference_s: expected it of those that clone, of no other"
        )
        least_s, most_s = traits.reference_s or (1.0, 2.0)
        _require(0.0 < least_s < most_s, f"reference_s: got {traits.reference_s}, expected a range above 0")

    def test_digest_is_a_stable_sha256(self) -> None:
        """The digest is hex, and the same for every object of the class."""
        engine = self.engine()
        digest = engine.digest()
        _require(_DIGEST.fullmatch(digest) is not None, f"digest: got {digest[:80]!r}, expected 64 hex digits")
        _require(digest == engine.digest() == self.engine().digest(), "digest: it differs between two objects")

    def test_load_twice_does_no_harm(self) -> None:
        """A second `load` does nothing."""
        engine = self.engine()
        engine.load()
        engine.load()

    def test_speaks_at_a_speaking_pace(self) -> None:
        """A sentence of eight words takes 1.5 to 7 s, is loud enough, and does not clip."""
        samples = self._said(SENTENCE)
        length_s = len(samples) / self.engine().sample_rate
        level_db = 20 * np.log10(np.sqrt(np.mean(samples.astype(np.float64) ** 2)) + 1e-12)
        _require(1.5 <= length_s <= 7.0, f"got {length_s:.2f} s, expected 1.5 to 7")
        _require(level_db > -40.0, f"got {level_db:.0f} dB, expected more than -40")
        _require(bool(np.abs(samples).max() <= 1.0), "got samples above full scale")

    def test_same_arguments_same_samples(self) -> None:
        """Speech can be made again, sample for sample, unless the traits say that it cannot."""
        if self.engine().traits.determinism is Determinism.NONE:
            return
        _require(np.array_equal(self._said(SENTENCE, seed=7), self._said(SENTENCE, seed=7)), "got other samples")

    def test_samples_do_not_depend_on_what_was_said_before(self) -> None:
        """An engine keeps nothing of one text for the next, unless nothing repeats."""
        if self.engine().traits.determinism is Determinism.NONE:
            return
        engine, voice = self.engine(), self.voice()
        first = spoken(engine, SENTENCE, voice)
        spoken(engine, "Something quite different was said.", voice, seed=3)
        _require(np.array_equal(first, spoken(engine, SENTENCE, voice)), "got other samples after another text")

    def test_longer_text_lasts_longer(self) -> None:
        """Twice the text is more than 1.5 times as long."""
        self._require_longer(self._said(f"{SENTENCE} {SENTENCE}"), self._said(SENTENCE), 1.5)

    def test_speed(self) -> None:
        """A higher speed is shorter, a lower one longer; without `Control.SPEED` both are refused."""
        if Control.SPEED not in self.engine().traits.controls:
            _require_raises(SpeedInvalid, "speed 1.5", partial(self._said, SENTENCE, speed=1.5))
            return
        usual = self._said(SENTENCE)
        self._require_longer(usual, self._said(SENTENCE, speed=1.5), 1 / 0.85)
        self._require_longer(self._said(SENTENCE, speed=0.75), usual, 1.15)

    def test_refuses_a_speed_out_of_range(self) -> None:
        """Outside 0.5 to 2.0 the engine raises `SpeedInvalid`."""
        for speed in (0.0, -1.0, 0.49, 2.01, 100.0, float("nan"), float("inf")):
            _require_raises(SpeedInvalid, f"speed {speed}", partial(self._said, SENTENCE, speed=speed))

    def test_stops_between_pieces(self) -> None:
        """Set before, the signal lets no sound out; set after the first piece, no more."""
        engine, voice, stop = self.engine(), self.voice(), Stop()
        pieces = engine.stream(f"{SENTENCE} {SENTENCE}", voice, early=Early.FIRST, stop=stop)
        _require(next(pieces, None) is not None, "stream: got no piece, expected one before the signal")
        stop.set()
        _require(not list(pieces), "stream: got more pieces after the signal")
        _require(not list(engine.stream(SENTENCE, voice, stop=stop)), "stream: got pieces, the signal was set before")

    def test_an_early_piece_is_shorter(self) -> None:
        """Early sound says the same text; but for an engine that makes it whole, the first piece is a part of it."""
        engine, voice = self.engine(), self.voice()
        pieces = list(engine.stream(f"{SENTENCE} {SENTENCE}", voice, early=Early.FIRST))
        length = sum(piece.num_samples for piece in pieces)
        self._require_longer(np.zeros(length, np.float32), self._said(SENTENCE), 1.5)
        if engine.traits.streaming is not Streaming.WHOLE:
            first = pieces[0].num_samples
            _require(first < 0.7 * length, f"early: got {first} of {length} samples at once, expected a first part")

    def test_align(self) -> None:
        """With `Timing.WORD` each word has its time, in order, within the sound; without it, `CannotAlign`."""
        engine, voice = self.engine(), self.voice()
        if engine.traits.timing is Timing.NONE:
            _require_raises(CannotAlign, "align", partial(engine.align, SENTENCE, voice))
            return
        for early in Early:
            times = engine.align(SENTENCE, voice, early=early)
            _require([time.word for time in times] == words_in(SENTENCE), f"align: got {[time.word for time in times]}")
            edges = [edge for time in times for edge in (time.start_s, time.end_s)]
            _require(edges == sorted(edges), f"align: got times that go back: {edges}")
            end_s = len(spoken(engine, SENTENCE, voice, early=early)) / engine.sample_rate
            _require(0.0 <= edges[0] < edges[-1] <= end_s, f"align: got {edges[0]} to {edges[-1]} s in {end_s:.2f} s")

    def test_refuses_text_without_sound(self) -> None:
        """Text with nothing to say raises `Unspeakable`."""
        for text in ("", " ", "...", "?!", "—"):
            _require_raises(Unspeakable, f"text {text!r}", partial(self._said, text))

    def test_speaks_words_of_no_dictionary(self) -> None:
        """Unknown words are spoken, not skipped."""
        self._require_lasts("Blorptang zwickelfuss.", 0.4)

    def test_one_short_word_and_one_letter(self) -> None:
        """The shortest texts have sound."""
        self._require_lasts("No.", 0.05)
        self._require_lasts("I", 0.05)

    def test_speaks_more_than_fits_its_net_at_once(self) -> None:
        """A long phrase without a comma is spoken to its end."""
        phrase = "and so the long tale went on about the harbour and the lamp"
        self._require_longer(self._said(" ".join([phrase] * 12)), self._said(phrase), 7)

    def test_refuses_a_voice_of_another_engine(self) -> None:
        """A voice with another engine's name, or of an unknown kind, raises `VoiceUnfit`."""
        engine, voice = self.engine(), self.voice()
        for other in (
            VoiceAsset("another", voice.kind, voice.data),
            VoiceAsset(engine.name, "another-kind", voice.data),
        ):
            _require_raises(VoiceUnfit, f"a voice of {other.engine}", partial(self._said, SENTENCE, other))

    def test_stock_voices(self) -> None:
        """Stock voices come with `Capability.STOCK`, have names of their own, and name language, licence and source."""
        engine = self.engine()
        voices = engine.stock_voices()
        _require(bool(voices) == (Capability.STOCK in engine.capabilities), "stock: expected it of those with voices")
        _require(len({voice.name for voice in voices}) == len(voices), "stock voices: two have the same name")
        for voice in voices:
            _require(voice.language in engine.languages, f"{voice.name}: got the language {voice.language}")
            _require(bool(voice.licence and voice.source), f"{voice.name}: expected a licence and a source")
            _require(engine.stock_asset(voice.name).engine == engine.name, f"{voice.name}: names another engine")
        _require_raises(NotFound, "an unknown stock voice", lambda: engine.stock_asset("nobody of this name"))

    def test_style_space(self) -> None:
        """With `Capability.STYLE` every point of the space is a voice; without it, `CannotClone` is raised."""
        engine = self.engine()
        if Capability.STYLE not in engine.capabilities:
            _require_raises(CannotClone, "style_space", engine.style_space)
            return
        space = engine.style_space()
        points = np.asarray(space.stock_points())
        _require(points.ndim == 2, f"stock_points: got {points.ndim} axes, expected 2")
        _require(points.shape[1] == space.dimensions, f"stock_points: got {points.shape[1]} coordinates")
        _require(space.asset(points[0]) == space.asset(points[0]), "asset: two of one point differ")
        _require(space.asset(points[0]).engine == engine.name, "asset: names another engine")
        self._require_lasts(SENTENCE, 1.0, space.asset([0.0] * space.dimensions))

    def test_clone(self) -> None:
        """With `Capability.CLONE` a clone speaks; without it, `CannotClone` is raised."""
        engine = self.engine()
        if Capability.CLONE in engine.capabilities:
            self._require_lasts(SENTENCE, 1.0, engine.clone(self.recording()))
        else:
            silence = Signal.mono(np.zeros(5 * 24_000), 24_000)
            _require_raises(CannotClone, "clone", lambda: engine.clone(silence))

    def _said(
        self, text: str, voice: VoiceAsset | None = None, *, speed: float = 1.0, seed: int = 0
    ) -> NDArray[np.float32]:
        return spoken(self.engine(), text, voice or self.voice(), speed=speed, seed=seed)

    def _require_lasts(self, text: str, least_s: float, voice: VoiceAsset | None = None) -> None:
        length_s = len(self._said(text, voice)) / self.engine().sample_rate
        _require(length_s > least_s, f"{text!r}: got {length_s:.2f} s, expected more than {least_s}")

    @staticmethod
    def _require_longer(long: NDArray[np.float32], short: NDArray[np.float32], times: float) -> None:
        _require(
            len(long) > times * len(short),
            f"got {len(long)} samples beside {len(short)}, expected more than {times:.2f} times as many",
        )


def _problem(name: str, check: Callable[[], None]) -> str:
    """Return what is wrong, as one line; empty where the check passes."""
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever the plugin raises is what its author wants to read
        return f"{name}: {type(error).__name__}: {error}"
    return ""


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise EngineUnfit(otherwise)


def _require_raises(kind: type[Exception], case: str, act: Callable[[], object]) -> None:
    try:
        act()
    except kind:
        return
    raise EngineUnfit(f"{case}: got no error, expected {kind.__name__}")
