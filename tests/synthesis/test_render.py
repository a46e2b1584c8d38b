"""Rendering with a real engine, a real marker and a real gate; only the clock and the epoch are turned by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.audio.signal import Signal, concatenate
from sayso.clock import stamp
from sayso.consent.act import Action
from sayso.consent.errors import PermitRefused
from sayso.consent.permit import Gate, Permit
from sayso.engines import SpeedInvalid, VoiceAsset
from sayso.engines.hibari import HibariEngine
from sayso.engines.traits import Early
from sayso.mark import Mark, MarkedAudio, Marker, MarkKeys
from sayso.synthesis import NothingToSay, Phrase, Renderer, UnmarkedAudio, estimate_ms, phrases, script
from sayso.synthesis.normalise import normalise
from sayso.synthesis.render import LIVE_FIRST_MS, LIVE_PIECE_MS, MAX_PIECE_MS

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
START = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
TEXT = normalise("He came at dawn, late, by boat. Nobody spoke for a long while after that. Then it rained.")
SPOKEN = phrases(TEXT)
ENGINE = HibariEngine()
VOICE = ENGINE.stock_asset("heart")
MARK = Mark(0x0123456789ABCDEF)


def commit(text: str) -> str:
    return f"commitment to {text}"


class World:
    """The clock, the epoch and what the engine was asked, all in the test's hands."""

    def __init__(self) -> None:
        self.now = START
        self.epoch: int | None = 3
        self.said: list[str] = []
        self.gate = Gate(KEY.public_key().public_bytes_raw(), lambda _: self.epoch, clock=lambda: self.now)
        self.marker = Marker(MarkKeys.derive(b"s" * 32), self.gate)
        self.engine = Listening(self)
        self.renderer = Renderer(self.marker, self.gate)

    def permit(self, **changes) -> Permit:
        permit = Permit(
            permit_id="prm_" + "a" * 16,
            grant_id="grt_" + "a" * 16,
            grant_version=1,
            speaker="spk_" + "a" * 16,
            epoch=3,
            voice="voi_" + "a" * 16,
            action=Action.SYNTHESIZE,
            licensee="Harbour Books",
            purpose="audiobook",
            text_commitment=commit(script(SPOKEN)),
            engine_digest=ENGINE.digest(),
            voice_digest=VOICE.digest(),
            ceiling_ms=estimate_ms(TEXT),
            expires=stamp(START + timedelta(minutes=15)),
            nonce="n",
        )
        return replace(permit, **changes).signed(KEY)

    def render(self, permit: Permit | None = None, **changes):
        options = {
            "engine": self.engine,
            "permit": permit or self.permit(),
            "mark": MARK,
            "action": Action.SYNTHESIZE,
            "commit": commit,
        }
        spoken = changes.pop("spoken", SPOKEN)
        voice = changes.pop("voice", VOICE)
        return self.renderer.render(spoken, voice, **{**options, **changes})


class Listening(HibariEngine):
    """hibari, writing down what it is asked to say."""

    def __init__(self, world: World) -> None:
        self.world = world

    def stream(self, text, voice, *, speed=1.0, seed=0):
        self.world.said.append(text)
        return super().stream(text, voice, speed=speed, seed=seed)


@pytest.fixture
def world():
    return World()


def whole(chunks) -> np.ndarray:
    return np.concatenate([chunk.signal.samples[0] for chunk in chunks])


def test_every_chunk_is_marked_and_in_its_place(world):
    chunks = list(world.render())
    assert len(chunks) >= len(SPOKEN)
    assert all(isinstance(chunk, MarkedAudio) and chunk.mark == MARK for chunk in chunks)
    assert all(chunk.permit_id == world.permit().permit_id for chunk in chunks)
    assert all(after.start == before.stop for before, after in itertools.pairwise(chunks))
    assert chunks[0].start == 0
    assert world.said == [phrase.text for phrase in SPOKEN]


def test_the_sound_is_the_speech_with_its_pauses(world):
    sound = whole(world.render())
    bare = np.concatenate([s.samples[0] for p in SPOKEN for s in ENGINE.stream(p.text, VOICE)])
    pauses = sum(phrase.pause_ms for phrase in SPOKEN) * 24
    assert 0.5 * len(bare) + pauses < len(sound) < len(bare) + pauses
    assert np.abs(sound).max() <= 1.0


def test_same_seed_same_samples(world):
    one = whole(world.render(seed=5))
    assert np.array_equal(one, whole(World().render(seed=5)))
    assert not np.array_equal(one, whole(world.render(seed=6)))


def test_nothing_is_said_before_the_first_chunk_is_asked_for_and_one_phrase_for_it(world):
    chunks = world.render()
    assert world.said == []
    next(chunks)
    assert world.said == [SPOKEN[0].text]


def test_speed_shortens_speech_and_pauses(world):
    usual, fast = len(whole(world.render())), len(whole(world.render(speed=1.5)))
    assert fast < 0.75 * usual


def test_withdrawal_between_chunks_stops_the_next(world):
    chunks = world.render()
    next(chunks)
    world.epoch = 4
    said = list(world.said)
    with pytest.raises(PermitRefused, match="withdrawn"):
        next(chunks)
    assert world.said == said
    with pytest.raises(StopIteration):
        next(chunks)


def test_no_piece_is_longer_than_a_quarter_of_a_second_however_long_the_engines_chunks_are(world):
    class Whole(Listening):
        def stream(self, text, voice, *, speed=1.0, seed=0):
            yield concatenate(list(super().stream(text, voice, speed=speed, seed=seed)))

    pieces = list(world.render(engine=Whole(world)))
    assert max(piece.signal.num_samples for piece in pieces) <= 24_000 * MAX_PIECE_MS / 1000 == 6_000
    assert np.array_equal(whole(pieces).shape, whole(World().render()).shape)


def test_withdrawal_between_two_pieces_of_one_chunk_stops_the_second(world):
    pieces = world.render()
    next(pieces)
    world.epoch = 4
    with pytest.raises(PermitRefused, match="withdrawn"):
        next(pieces)


def test_erasure_between_chunks_stops_the_next(world):
    chunks = world.render()
    next(chunks)
    world.epoch = None
    with pytest.raises(PermitRefused):
        next(chunks)


def test_expiry_between_chunks_stops_the_next(world):
    chunks = world.render()
    next(chunks)
    world.now += timedelta(minutes=15)
    with pytest.raises(PermitRefused, match="expiry"):
        next(chunks)


def test_withdrawal_while_a_phrase_is_being_spoken_keeps_it_in(world):
    class Slow(Listening):
        def stream(self, text, voice, *, speed=1.0, seed=0):
            for piece in super().stream(text, voice, speed=speed, seed=seed):
                self.world.epoch = 4
                yield piece

    chunks = world.render(engine=Slow(world))
    with pytest.raises(PermitRefused, match="withdrawn"):
        next(chunks)


def test_withdrawal_while_a_chunk_is_being_marked_keeps_it_in(world):
    class SlowMarker:
        def session(self, *args, **kwargs):
            session = world.marker.session(*args, **kwargs)
            push = session.push

            class Slow:
                def push(self, signal: Signal) -> MarkedAudio:
                    marked = push(signal)
                    world.epoch = 4
                    return marked

            return Slow()

    chunks = Renderer(SlowMarker(), world.gate).render(
        SPOKEN, VOICE, engine=ENGINE, permit=world.permit(), mark=MARK, action=Action.SYNTHESIZE, commit=commit
    )
    with pytest.raises(PermitRefused, match="withdrawn"):
        next(chunks)


def test_the_ceiling_is_never_passed(world):
    ceiling_ms = 2500
    made = []
    with pytest.raises(PermitRefused, match="length"):
        made.extend(world.render(world.permit(ceiling_ms=ceiling_ms)))
    assert sum(chunk.signal.num_samples for chunk in made) / 24 <= ceiling_ms


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text_commitment": "to something else"}, "text"),
        ({"engine_digest": "0" * 64}, "engine"),
        ({"voice_digest": "0" * 64}, "voice data"),
        ({"action": Action.STREAM}, "action"),
        ({"epoch": 2}, "withdrawn"),
        ({"expires": "2026-11-22T19:59:59.000Z"}, "expiry"),
    ],
)
def test_a_permit_for_something_else_is_refused_at_once(world, change, said):
    with pytest.raises(PermitRefused, match=said):
        world.render(world.permit(**change))
    assert world.said == []


def test_all_reasons_are_told(world):
    with pytest.raises(PermitRefused) as caught:
        world.render(world.permit(text_commitment="x", engine_digest="y", epoch=9))
    assert len(caught.value.reasons) == 3


def test_a_forged_permit_is_refused(world):
    with pytest.raises(PermitRefused, match="signature"):
        world.render(replace(world.permit(), ceiling_ms=10**9))
    assert world.said == []


def test_the_text_that_is_said_is_the_text_that_was_permitted(world):
    with pytest.raises(PermitRefused, match="text"):
        world.render(spoken=[*SPOKEN, Phrase("And one more thing.", 0)])
    with pytest.raises(PermitRefused, match="text"):
        world.render(spoken=SPOKEN[:-1])


def test_another_voice_is_refused(world):
    with pytest.raises(PermitRefused, match="voice data"):
        world.render(voice=VoiceAsset("hibari", "stock", b"other"))


def test_bad_input(world):
    with pytest.raises(NothingToSay):
        world.render(spoken=[])
    with pytest.raises(SpeedInvalid):
        world.render(speed=3.0)


class Careless:
    """A marker that returns what it was given, or too little of it."""

    def __init__(self, answer) -> None:
        self.answer = answer

    def session(self, *_, **__):
        return self

    def push(self, signal: Signal):
        return self.answer(signal)


def test_unmarked_sound_never_leaves(world):
    def render(answer):
        return Renderer(Careless(answer), world.gate).render(
            SPOKEN, VOICE, engine=ENGINE, permit=world.permit(), mark=MARK, action=Action.SYNTHESIZE, commit=commit
        )

    other = world.marker.session(Mark(1), world.permit(), Action.SYNTHESIZE, sample_rate=24_000)
    same = world.marker.session(MARK, world.permit(), Action.SYNTHESIZE, sample_rate=24_000)
    for answer in (lambda s: s, lambda _: None, other.push, lambda s: same.push(s.slice(0, 100))):
        with pytest.raises(UnmarkedAudio):
            next(render(answer))


def test_the_mark_is_read_back(world):
    from sayso.mark.detector import Detector

    sound = Signal.mono(whole(world.render()), 24_000)
    found = Detector(MarkKeys.derive(b"s" * 32)).detect(sound)
    assert found.present
    assert found.mark == MARK


def test_no_click_at_any_join(world):
    chunks = [chunk.signal.samples[0] for chunk in world.render()]
    largest = max(np.abs(np.diff(chunk)).max() for chunk in chunks)
    for before, after in itertools.pairwise(chunks):
        assert abs(after[0] - before[-1]) <= largest
        if not before[-240:].any():
            assert abs(after[0]) < 0.003


class Hurried(HibariEngine):
    """hibari, writing down of which phrases the beginning was waited for."""

    def __init__(self) -> None:
        self.waited: list[bool | None] = []

    def stream(self, text, voice, *, early=None, **rest):
        self.waited.append(early)
        return super().stream(text, voice, early=bool(early), **rest)


def test_a_listener_waits_for_the_beginning_and_for_a_phrase_long_beside_all_before_it(world):
    words = "Listen. Nobody in that house had spoken for a long while. Then it rained. It rained on the roof."
    spoken, engine = phrases(words), Hurried()
    lengths = [len(phrase.text) for phrase in spoken]
    assert lengths[1] > 2 * lengths[0]
    assert all(2 * length < sum(lengths[:place]) for place, length in enumerate(lengths) if place > 1)
    permit = world.permit(text_commitment=commit(script(spoken)))
    list(world.render(permit, spoken=spoken, engine=engine, live=True))
    assert engine.waited == [True, True, *[False] * (len(spoken) - 2)]


def test_a_phrase_about_as_long_as_what_is_still_heard_is_waited_for_less(world):
    words = "Nobody in that house had spoken a word. It rained on the roof of the house all night."
    spoken, engine = phrases(words), Hurried()
    assert len(spoken) == 2
    permit = world.permit(text_commitment=commit(script(spoken)))
    list(world.render(permit, spoken=spoken, engine=engine, live=True))
    assert engine.waited == [Early.FIRST, Early.NEXT]


def test_where_nobody_waits_an_engine_is_told_of_no_listener(world):
    engine = Hurried()
    list(world.render(engine=engine))
    assert engine.waited == [None] * len(SPOKEN)


def test_live_sound_begins_with_a_short_piece_and_is_the_same_sound_in_all(world):
    pieces = list(world.render(engine=Hurried(), live=True))
    lengths_ms = [1000 * piece.signal.num_samples / piece.signal.sample_rate for piece in pieces]
    assert 0 < lengths_ms[0] <= LIVE_FIRST_MS
    assert max(lengths_ms[:-1]) <= LIVE_PIECE_MS + 40
    assert pieces[-1].stop == sum(piece.signal.num_samples for piece in world.render(engine=Hurried()))
