"""Rendering: phrases become sound, chunk by chunk, each permitted and marked before it is let go."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypedDict

from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.consent.permit import Gate, Permit
from sayso.engines.checks import check_speed
from sayso.engines.protocol import Engine, VoiceAsset
from sayso.engines.stop import Stop, is_stopped
from sayso.engines.traits import Early
from sayso.labels import all_words
from sayso.labels.rhythm import closing, opening
from sayso.mark import Mark, MarkedAudio, Marker
from sayso.synthesis.errors import LabelForged, NothingToSay, UnmarkedAudio
from sayso.synthesis.joining import joined
from sayso.synthesis.phrasing import Phrase, script
from sayso.synthesis.trace import RenderTrace
from sayso.synthesis.wordplaces import WordPlaces
from sayso.units import samples_to_ms

MAX_PIECE_MS: Final = 250
"""No more sound than this leaves between two looks at the permit, however long the chunks of an engine are."""

LIVE_PIECE_MS: Final = 100
"""No more than this leaves at once where sound is heard while it is made."""

LIVE_FIRST_MS: Final = 50
"""The first piece of it: what is marked at once is what a listener waits for, and the mark gives 32 ms of it."""

_AHEAD: Final = 2
"""Characters said before each one of a phrase that nobody waits for: an engine at two thirds of real time is that far
ahead. Before a longer phrase, such as the second after a short first one, a listener would hear silence."""


class LiveHow(TypedDict, total=False):
    """What `Engine.stream` takes besides the text, for a listener who waits."""

    early: Early
    stop: Stop | None


Commit = Callable[[str], str]
"""Makes the commitment to a text, keyed by the speaker's subject key."""


class Renderer:
    """The only way from a voice to sound. What comes out is `MarkedAudio` and nothing else."""

    def __init__(self, marker: Marker, gate: Gate) -> None:
        """Take what marks and the gate that every chunk passes."""
        self._marker = marker
        self._gate = gate

    def render(
        self,
        spoken: Sequence[Phrase],
        voice: VoiceAsset,
        *,
        engine: Engine,
        permit: Permit,
        mark: Mark,
        action: Action,
        commit: Commit,
        seed: int = 0,
        speed: float = 1.0,
        rhythm: bool = False,
        attempt: int = 0,
        trace: RenderTrace | None = None,
        live: bool = False,
        stop: Stop | None = None,
        words: WordPlaces | None = None,
    ) -> Iterator[MarkedAudio]:
        """Yield the phrases as marked pieces, mono, at the engine's sample rate, as soon as each is ready.

        A piece is at most `MAX_PIECE_MS` long. The permit must be for this action, engine, voice and text (``commit``
        of `script`). It is asked for before a phrase is spoken, before a chunk of it is marked and, with the length
        made so far, before each piece is let go: when consent is withdrawn, the permit ends or its ceiling is reached,
        no further piece leaves. The same arguments give the same samples. Nothing is made before the first piece is
        asked for, except the first check. With ``rhythm`` the label of that name opens and closes the sound, marked
        like the rest. One permit stands for one sound: an ``attempt`` after the first replaces the one before it. Sound
        that is heard ``live`` begins with a short piece and leaves in pieces of `LIVE_PIECE_MS`, 40 ms later at most;
        ``stop`` ends it. ``trace`` hears the phrases before they are marked; ``words`` is told of those to come.

        Raises
        ------
        PermitRefused : with every reason, at once or between two pieces
        NothingToSay : no phrases
        LabelForged : a phrase that calls itself a label and is none
        VoiceUnfit, SpeedInvalid, Unspeakable : see `Engine.stream`
        """
        _check_spoken(spoken)
        check_speed(speed)
        pass_ = _Pass(self._gate, permit, action, engine=engine, voice=voice, text_commitment=commit(script(spoken)))
        pass_.check(made_ms=0)
        self._gate.begin(permit, mark=str(mark), attempt=attempt)
        heard, how = _heard(trace, words, engine, voice, speed), _how(early=live, stop=stop)
        chunks = _chunks(spoken, voice, engine=engine, pass_=pass_, seed=seed, speed=speed, heard=heard, how=how)
        if rhythm:
            heard.words.hear(opening(engine.sample_rate).num_samples)
            chunks = _between(chunks, opening(engine.sample_rate), closing(engine.sample_rate))
        marked = self._live if live else self._marked
        return marked(chunks, mark, pass_=pass_, sample_rate=engine.sample_rate)

    def _live(self, chunks: Iterator[Signal], mark: Mark, *, pass_: _Pass, sample_rate: int) -> Iterator[MarkedAudio]:
        session = self._marker.live(mark, pass_.permit, pass_.action, sample_rate=sample_rate)
        made, most = 0, LIVE_PIECE_MS * sample_rate // 1000
        for chunk in chunks:
            for piece in _cut(chunk, most, 0 if made else LIVE_FIRST_MS * sample_rate // 1000):
                made += piece.num_samples
                pass_.check(made_ms=samples_to_ms(made, sample_rate))
                marked = session.push(piece)
                _check_mark(marked, mark)
                if marked.signal.num_samples:
                    yield marked
        rest = session.finish()
        _check_mark(rest, mark)
        if rest.stop != made:
            raise UnmarkedAudio(f"the marker returned {rest.stop} samples for {made}, expected as many")
        if rest.signal.num_samples:
            yield rest

    def _marked(self, chunks: Iterator[Signal], mark: Mark, *, pass_: _Pass, sample_rate: int) -> Iterator[MarkedAudio]:
        session = self._marker.session(mark, pass_.permit, pass_.action, sample_rate=sample_rate)
        most = MAX_PIECE_MS * sample_rate // 1000
        made = 0
        for chunk in chunks:
            made += chunk.num_samples
            pass_.check(made_ms=samples_to_ms(made, sample_rate))
            marked = session.push(chunk)
            _check_marked(marked, chunk, mark)
            for piece in marked.pieces(most):
                # Marking takes time, and so does whoever takes the pieces: a withdrawal meanwhile stops the next.
                pass_.check(made_ms=0)  # their length was asked for with the chunk's
                yield piece


class _Pass:
    """One permit with all that it binds, ready to be asked again."""

    def __init__(
        self, gate: Gate, permit: Permit, action: Action, *, engine: Engine, voice: VoiceAsset, text_commitment: str
    ) -> None:
        self.permit = permit
        self.action = action
        self._gate = gate
        self._text_commitment = text_commitment
        self._engine_digest = engine.digest()
        self._voice_digest = voice.digest()

    def check(self, *, made_ms: int) -> None:
        self._gate.check(
            self.permit,
            self.action,
            text_commitment=self._text_commitment,
            engine_digest=self._engine_digest,
            voice_digest=self._voice_digest,
            made_ms=made_ms,
        )


class _Heard(NamedTuple):
    """Who listens to the phrases before they are marked."""

    trace: RenderTrace
    words: WordPlaces


def _heard(
    trace: RenderTrace | None, words: WordPlaces | None, engine: Engine, voice: VoiceAsset, speed: float
) -> _Heard:
    words = words or WordPlaces(is_wanted=False)
    words.begin(engine, voice, speed=speed)
    return _Heard(trace or RenderTrace(), words)


def _chunks(
    spoken: Sequence[Phrase],
    voice: VoiceAsset,
    *,
    engine: Engine,
    pass_: _Pass,
    seed: int,
    speed: float,
    heard: _Heard,
    how: LiveHow,
) -> Iterator[Signal]:
    """Yield unmarked sound, inside this module only."""
    heard.trace.begin()
    said, is_waited_for = 0, how.get("early", Early.NO)
    for place, phrase in enumerate(spoken):
        if is_stopped(how.get("stop")):
            return
        pass_.check(made_ms=0)
        if is_waited_for:
            how = {**how, "early": _waited(said, len(phrase.text))}
            said += len(phrase.text)
        heard.words.expect(phrase.text, seed=seed + place, early=how.get("early", Early.NO))
        pieces = engine.stream(phrase.text, voice, speed=speed, seed=seed + place, **how)
        for piece in joined(pieces, pause_ms=phrase.pause_ms / speed, cut=heard.words.place):
            heard.trace.hear(place, piece)
            heard.words.hear(piece.num_samples)
            yield piece


def _how(*, early: bool, stop: Stop | None) -> LiveHow:
    """Return what an engine is told of a listener who waits; nothing where there is none."""
    return {"early": Early(early), "stop": stop} if early or stop is not None else {}


def _waited(said: int, length: int) -> Early:
    """Return how much a listener waits for a phrase of ``length`` characters after ``said``."""
    if said >= _AHEAD * length:
        return Early.NO
    return Early.NEXT if _AHEAD * said >= length else Early.FIRST


def _between(chunks: Iterator[Signal], before: Signal, after: Signal) -> Iterator[Signal]:
    yield before
    yield from chunks
    yield after


def _check_spoken(spoken: Sequence[Phrase]) -> None:
    if not script(spoken):
        raise NothingToSay
    if any(phrase.is_label and phrase.text not in all_words() for phrase in spoken):
        raise LabelForged


def _cut(chunk: Signal, most: int, first: int) -> Iterator[Signal]:
    """Yield the chunk in pieces of at most ``most`` samples, after one of ``first``, where that is not 0."""
    edges = sorted({0, *range(first, chunk.num_samples, most), chunk.num_samples})
    for start, stop in itertools.pairwise(edges):
        yield chunk.slice(start, stop)


def _check_mark(marked: object, mark: Mark) -> None:
    if not isinstance(marked, MarkedAudio) or marked.mark != mark:
        raise UnmarkedAudio(f"the marker returned {type(marked).__name__}, expected MarkedAudio with mark {mark}")


def _check_marked(marked: MarkedAudio, chunk: Signal, mark: Mark) -> None:
    _check_mark(marked, mark)
    if marked.signal.num_samples != chunk.num_samples:
        raise UnmarkedAudio(
            f"the marker returned {marked.signal.num_samples} samples for {chunk.num_samples}, expected as many"
        )
