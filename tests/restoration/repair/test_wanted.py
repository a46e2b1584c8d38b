"""The wanted speaker: turns of others go, the wanted voice stays, and what does harm is refused."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.resample import resample
from sayso.audio.signal import Signal, concatenate
from sayso.restoration import restore
from sayso.restoration.repair.long import replayed_blocks
from sayso.restoration.repair.steps import applied, recipe_of, replayed, steps_of
from sayso.restoration.repair.wanted import alone
from sayso.voices.campplus import embed_voice
from tests.restoration.rooms import power, with_noise

RATE = 16_000


@pytest.fixture(scope="module")
def own(speech) -> Signal:
    return resample(speech, RATE)


@pytest.fixture(scope="module")
def another(speech) -> Signal:
    """The same words by a voice that is lower by 5 semitones."""
    return resample(Signal(speech.samples, 18_000), RATE)


@pytest.fixture(scope="module")
def talk(own, another) -> Signal:
    """Their own words, those of another, and their own again, in a room that is not silent."""
    return with_noise(concatenate([own, another, own]), 35)


@pytest.fixture(scope="module")
def wanted(own) -> np.ndarray:
    return embed_voice(own)


@pytest.fixture(scope="module")
def found(talk, wanted):
    return alone(lambda: [talk], wanted, embed_voice)


def part(signal: Signal, own: Signal, another: Signal) -> np.ndarray:
    return signal.samples[0, own.num_samples : own.num_samples + another.num_samples]


def test_the_turns_of_another_become_room_tone_and_no_other_sample_changes(talk, own, another, found):
    made = applied(found.step, talk)
    assert found.told.is_heard
    assert power(part(made, own, another)) < 0.1 * power(part(talk, own, another))
    changed = np.flatnonzero(made.samples[0] != talk.samples[0])
    assert changed[0] >= own.num_samples - 0.2 * RATE
    assert changed[-1] < own.num_samples + another.num_samples + 0.2 * RATE
    assert found.told.after > found.told.before + 0.05


def test_what_is_put_there_sounds_like_the_pauses(talk, found):
    made = applied(found.step, talk)
    turn = max(found.told.removed, key=lambda turn: turn.stop_s - turn.start_s)
    inside = made.samples[0, round((turn.start_s + 0.05) * RATE) : round((turn.stop_s - 0.05) * RATE)]
    noise = power(talk.samples) / 10**3.5
    assert abs(10 * np.log10(power(inside) / noise)) < 3


def test_a_repair_names_it_and_can_be_made_again(talk, wanted):
    done = restore(talk, identity=embed_voice, wanted=wanted)
    assert "talkers" in done.repaired
    assert done.speaker.removed
    assert np.array_equal(replayed(steps_of(recipe_of(done.steps)), talk).samples, done.signal.samples)


def test_stretch_by_stretch_the_same_turns_go(talk, found, monkeypatch):
    monkeypatch.setattr("sayso.restoration.repair.long._STRETCH_S", 6.0)
    whole = applied(found.step, talk).samples[0]
    parts = np.concatenate([block.samples[0] for block in replayed_blocks([found.step], [talk])])
    assert parts.size == whole.size
    is_near = np.abs(parts - whole) < 10 ** (-20 / 20) * np.abs(talk.samples).max()
    assert is_near.mean() > 0.99


def test_whoever_speaks_alone_keeps_every_sample(own, another, wanted):
    assert alone(lambda: [own], wanted, embed_voice).step is None
    heard = alone(lambda: [concatenate([another, another])], wanted, embed_voice).told
    assert not heard.is_heard
    assert not heard.removed


def test_what_makes_it_less_like_the_speaker_is_refused(talk, wanted):
    def turned(signal: Signal) -> np.ndarray:
        """A judge to whom the whole is less alike once something is gone."""
        return -embed_voice(signal) if signal.duration_s > 10 else embed_voice(signal)

    found = alone(lambda: [talk], wanted, turned)
    assert found.is_refused
    assert found.step is None
    assert not found.told.removed


def test_two_channels_stay_two(talk, wanted):
    both = Signal(np.stack([talk.samples[0], 0.5 * talk.samples[0]]).astype(np.float32), RATE)
    found = alone(lambda: [both], wanted, embed_voice)
    made = applied(found.step, both)
    assert made.samples.shape == both.samples.shape
    turn = found.told.removed[0]
    inside = slice(round((turn.start_s + 0.1) * RATE), round((turn.stop_s - 0.1) * RATE))
    first, second = (power(channel[inside]) for channel in made.samples)
    assert 2 < first / second < 8
