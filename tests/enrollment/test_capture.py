"""One capture: what was copied is refused and its place told, what was put in goes to a person, one take passes."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from sayso import models
from sayso.audio import Signal, decode, resample
from sayso.enrollment.capture import CHANGED_SCORE, OTHER_SCORE, check_capture
from sayso.enrollment.channel import MODEL, SAMPLE_RATE, ChannelModel, between, channel_steps, largest_step, model
from sayso.enrollment.evidence import models_of_the_day
from sayso.enrollment.repeats import ExactRepeat, repeats_between, repeats_within


@pytest.fixture(scope="module")
def take():
    return decode((files("sayso.doors.demo") / "two_cities.flac").read_bytes()).slice(0, 24_000 * 12)


def mono(samples, rate=24_000):
    return Signal.mono(np.asarray(samples, np.float32), rate)


def spoken(take, start_s, stop_s):
    return take.samples[0][round(start_s * take.sample_rate) : round(stop_s * take.sample_rate)]


def word(take, length_s=0.4):
    """Return the loudest stretch of ``take``, and where it begins in seconds."""
    starts = np.arange(0, take.duration_s - 1, 0.1)
    loudest = max(starts, key=lambda at: np.mean(spoken(take, at, at + length_s) ** 2))
    return spoken(take, loudest, loudest + length_s), float(loudest)


def test_one_take_passes_and_tells_its_largest_step_with_its_place(take):
    found = check_capture(take, [])
    assert (found.verdict, found.reasons) == ("pass", ())
    assert found.figures["channel"] < CHANGED_SCORE
    assert 0 < found.figures["channel_at"] < take.duration_s


def test_a_sample_of_another_microphone_is_noted_and_decides_nothing(take):
    stated, own = mono(spoken(take, 0, 5)), spoken(take, 5, 12)
    same = check_capture(stated, [mono(own)])
    assert (same.verdict, same.reasons) == ("pass", ())
    assert same.figures["session"] < OTHER_SCORE
    spectrum = np.fft.rfft(own)
    dull = np.fft.irfft(spectrum / (1 + (np.arange(len(spectrum)) / len(spectrum) * 12) ** 3), len(own))
    found = check_capture(stated, [mono(own), mono(dull)])
    assert found.verdict == "pass"
    assert found.figures["session"] > OTHER_SCORE
    assert "sample 2" in found.reasons[0]


def test_two_recordings_differ_alike_whichever_comes_first(take):
    one, other = (resample(mono(spoken(take, *place)), SAMPLE_RATE).samples[0] for place in ((0, 5), (5, 12)))
    assert between(one, other) == pytest.approx(between(other, one), abs=1e-4)
    assert between(one, one) == pytest.approx(min(between(one, one), between(one, other)))
    assert between(one, other[:SAMPLE_RATE]) is None


def test_a_word_that_returns_exactly_is_refused_with_its_place(take):
    copied, at_s = word(take)
    found = check_capture(mono([*take.samples[0], *copied]), [])
    assert found.verdict == "refuse"
    assert found.figures["copied"] == pytest.approx(0.4, abs=0.01)
    assert found.figures["copied_at"] == pytest.approx(at_s, abs=0.01)
    assert f"{take.duration_s:.1f} s in the statement" in found.reasons[0]


def test_a_gap_that_a_recorder_filled_with_what_it_had_goes_to_a_person(take):
    copied, at_s = word(take, 0.15)
    end = round((at_s + 0.15) * 24_000)
    found = check_capture(mono([*take.samples[0][:end], *copied, *take.samples[0][end:]]), [])
    assert found.verdict == "review"


def test_a_word_cut_out_of_a_sample_is_refused(take):
    first, rest = spoken(take, 0, 6), spoken(take, 6, 12)
    copied, at_s = word(mono(rest), 0.4)
    found = check_capture(mono([*first[:60_000], *copied, *first[60_000:]]), [mono(first[:24_000]), mono(rest)])
    assert found.verdict == "refuse"
    assert found.figures["copied_at"] == pytest.approx(2.5, abs=0.01)
    assert f"{at_s:.1f} s in sample 2" in found.reasons[0]


@pytest.mark.parametrize(("start_s", "stop_s"), [(0, 12), (2, 5), (4, 12), (0, 7)])
def test_a_sample_and_a_statement_cut_from_one_recording_pass(take, start_s, stop_s):
    statement = mono(spoken(take, 3, 9))
    assert check_capture(statement, [mono(spoken(take, start_s, stop_s))]).verdict == "pass"


def test_digital_silence_where_other_pauses_hold_noise_goes_to_a_person(take):
    at = 24_000 * 5
    noisy = take.samples[0] + 0.001 * np.random.default_rng(0).standard_normal(take.num_samples)
    found = check_capture(mono([*noisy[:at], *np.zeros(4800), *noisy[at:]]), [])
    assert found.verdict == "review"
    assert found.figures["silence"] == pytest.approx(0.2, abs=0.02)
    assert found.figures["silence_at"] == pytest.approx(5.0, abs=0.02)


def test_a_gate_that_makes_every_pause_digital_silence_passes(take):
    sound = take.samples[0].copy()
    level = np.sqrt(np.convolve(sound**2, np.full(1200, 1 / 1200), "same"))
    sound[level < np.quantile(level, 0.95) / 10] = 0
    found = check_capture(mono(sound), [])
    assert "silence" not in found.figures
    assert (sound == 0).sum() > 12_000


def test_another_room_and_noise_from_the_middle_on_goes_to_a_person_at_that_place(take):
    sound = take.samples[0].copy()
    half = len(sound) // 2
    noise = np.random.default_rng(1).standard_normal(len(sound) - half)
    dull = np.convolve(sound[half:], np.full(24, 1 / 24), "same")
    sound[half:] = dull + 0.03 * noise
    found = check_capture(mono(sound), [])
    assert found.verdict == "review"
    assert found.figures["channel_at"] == pytest.approx(6.0, abs=1.5)


def test_too_little_to_compare_and_nothing_at_all_pass(take):
    for some in (mono(spoken(take, 0, 2)), mono(np.zeros(0)), mono(np.zeros(48_000))):
        assert check_capture(some, []).verdict == "pass"


@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_repeats_are_found_to_the_sample(rate):
    rng = np.random.default_rng(rate)
    sound = rng.standard_normal(rate * 4).astype(np.float32)
    assert repeats_within(sound, rate // 10) == []
    at, back, length = rate // 3, 3 * rate, rate // 5
    sound[back : back + length] = sound[at : at + length]
    assert repeats_within(sound, rate // 10) == [ExactRepeat(at, back, length)]
    other = rng.standard_normal(rate).astype(np.float32)
    other[100 : 100 + length] = sound[at : at + length]
    assert ExactRepeat(at, 100, length) in repeats_between(sound, other, rate // 10)


def test_a_tone_and_silence_are_no_repeats():
    tone = np.tile(np.float32([0, 0.5, 0, -0.5]), 20_000)
    assert repeats_within(tone, 1000) == []
    assert repeats_within(np.zeros(80_000, np.float32), 1000) == []


def test_the_score_is_the_ratio_of_two_likelihoods():
    one = ChannelModel(np.float32([[1.0]]), np.float32([2.0]), np.float32([8.0]))
    step = 3.0
    densities = [np.exp(-(step**2) / 2 / v) / np.sqrt(v) for v in (8.0, 2.0)]
    assert one.scores(np.float32([[step]]))[0] == pytest.approx(np.log(densities[0] / densities[1]), rel=1e-5)


def test_a_step_lies_between_what_comes_before_and_after():
    rng = np.random.default_rng(3)
    sound = rng.standard_normal(SAMPLE_RATE * 8).astype(np.float32)
    sound[SAMPLE_RATE * 5 :] *= 0.5
    steps, places_s = channel_steps(sound)
    size = np.abs(steps).mean(axis=1)
    assert places_s[np.argmax(size)] == pytest.approx(5.0, abs=0.13)
    assert size.max() == pytest.approx(6.02, abs=0.5)
    assert largest_step(sound[: SAMPLE_RATE * 2]) is None


def test_the_model_is_one_of_the_catalogue_and_of_the_evidence():
    assert models_of_the_day()[MODEL] == models.cards()[MODEL].sha256
    assert model().directions.shape == (120, 4)
    assert (model().between > model().within).all()
