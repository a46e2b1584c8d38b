"""Students: hibari's net with weights of one voice, and its prosody moved; what is no student is refused."""

from __future__ import annotations

import gc
import time
import weakref

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.engines import hibari_student
from sayso.engines.errors import VoiceUnfit
from sayso.engines.hibari import HibariEngine
from sayso.engines.hibari_student import KIND, Moves, own_weights, prosody, student_asset
from sayso.engines.phonemes import phonemes
from sayso.engines.protocol import VoiceAsset
from sayso.testing.conformance import SENTENCE, EngineConformance, spoken
from sayso.voices.gate import speech_of
from sayso.voices.pitch import log_pitch


@pytest.fixture(scope="module")
def own():
    return own_weights()


@pytest.fixture(scope="module")
def unchanged(own):
    return student_asset(own, Moves())


class TestStudent(EngineConformance):
    def engine(self):
        return HibariEngine()

    def voice(self):
        return student_asset(own_weights(), Moves(pace=1.1, pitch=0.8))


def test_who_has_learned_nothing_speaks_as_the_package_does(unchanged):
    engine = HibariEngine()
    package = spoken(engine, SENTENCE, engine.stock_asset("heart"))
    student = spoken(engine, SENTENCE, unchanged)
    assert len(student) == len(package)
    assert np.corrcoef(student, package)[0, 1] > 0.8  # whole numbers, and phases that are free


@pytest.mark.parametrize("pitch", [0.6, 1.3])
def test_the_pitch_is_that_of_the_package_times_the_ratio(own, unchanged, pitch):
    engine, moved = HibariEngine(), student_asset(own, Moves(pitch=pitch))
    before, after = (_log_pitch(spoken(engine, SENTENCE, voice)) for voice in (unchanged, moved))
    assert after - before == pytest.approx(np.log(pitch), abs=0.06)


@pytest.mark.parametrize("pace", [0.8, 1.25])
def test_the_pace_is_how_much_longer_it_holds_what_it_says(own, unchanged, pace):
    engine, moved = HibariEngine(), student_asset(own, Moves(pace=pace))
    lengths = [len(spoken(engine, SENTENCE, voice)) for voice in (unchanged, moved)]
    assert lengths[1] / lengths[0] == pytest.approx(pace, abs=0.1)  # no token is shorter than a step
    assert engine.align(SENTENCE, moved)[-1].end_s <= lengths[1] / 24_000


def test_energy_is_multiplied_and_lifted(own):
    engine = HibariEngine()
    loud, soft = (spoken(engine, SENTENCE, student_asset(own, Moves(lift=lift))) for lift in (3.0, -3.0))
    assert np.std(loud) > 1.2 * np.std(soft)
    flat, lively = (spoken(engine, SENTENCE, student_asset(own, Moves(energy=energy))) for energy in (0.5, 1.5))
    assert len(flat) == len(lively)
    assert not np.allclose(flat, lively, atol=0.05)


def test_the_asset_holds_each_weight_to_its_last_place(own):
    changed = {name: array * np.float32(0.5) for name, array in own.items()}
    again = student_asset(changed, Moves())
    assert len(again.data) == len(student_asset(own, Moves()).data)
    assert again.digest() != student_asset(own, Moves()).digest()


def test_the_net_tells_what_it_makes_of_a_text():
    told = prosody(phonemes(SENTENCE))
    assert told.features.shape == (128, len(told.held))
    assert 2 * told.held.sum() == len(told.pitch) == len(told.energy)


def test_after_a_while_without_a_word_its_net_is_unloaded(own, monkeypatch):
    monkeypatch.setattr(hibari_student, "FORGOTTEN_S", 0.05)
    voice = student_asset(own, Moves(pace=1.03))  # one that no other test has said
    kept = weakref.ref(hibari_student.student(voice).net)
    assert kept() is not None
    ends = time.monotonic() + 10
    while kept() is not None and time.monotonic() < ends:
        time.sleep(0.02)
        gc.collect()
    assert kept() is None


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: b"hibari-student-2" + data[16:],
        lambda data: data[:16] + np.asarray([np.nan, 1, 1, 0], "<f4").tobytes() + data[32:],
        lambda data: data[:16] + np.asarray([0, 1, 1, 0], "<f4").tobytes() + data[32:],
        lambda data: data[:32] + np.asarray([np.inf], "<f2").tobytes() + data[34:],
    ],
)
def test_bytes_that_are_no_student_are_refused(unchanged, broken):
    with pytest.raises(VoiceUnfit):
        next(iter(HibariEngine().stream(SENTENCE, VoiceAsset("hibari", KIND, broken(unchanged.data)))))


def _log_pitch(samples):
    return log_pitch(speech_of(Signal.mono(samples, 24_000), 16_000))
