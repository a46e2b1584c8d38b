import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.voices import NoVoiceInside, campplus, filterbank, similarity
from sayso.voices.gate import speech_of


@pytest.fixture(scope="module")
def samples(speech):
    noise = np.random.default_rng(2).standard_normal(32_000).astype(np.float32)
    return speech_of(speech, campplus.SAMPLE_RATE)[:32_000] + 0.01 * noise


def test_the_features_have_no_mean_and_one_frame_in_ten_milliseconds(samples):
    bands = filterbank.features(samples)
    assert bands.shape == (198, filterbank.BANDS)
    assert np.abs(bands.mean(axis=0)).max() < 1e-5


def test_the_features_of_a_tone_are_highest_in_its_band():
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(16_000) / 16_000).astype(np.float32)
    power = filterbank.power_in_bands(tone)[0].mean(axis=0)
    assert int(np.argmax(power)) == 27  # 1000 mel of 32 to 2840, 81 steps apart


def test_the_gradient_of_the_features_is_that_of_finite_differences(samples):
    random = np.random.default_rng(1)
    weights = random.standard_normal(filterbank.features(samples).shape).astype(np.float32)
    moved = (1e-5 * random.standard_normal(len(samples))).astype(np.float32)
    ends = [float((filterbank.features(samples + sign * moved) * weights).sum(dtype=float)) for sign in (1, -1)]
    told = float(filterbank.gradient(samples, weights) @ moved)
    assert told == pytest.approx((ends[0] - ends[1]) / 2, rel=0.02)


def test_two_halves_of_a_speaker_are_alike_and_noise_is_not(speech):
    heard = speech_of(speech, campplus.SAMPLE_RATE)
    one, other = (campplus.embed_speech(part) for part in np.array_split(heard, 2))
    assert one.shape == (campplus.SIZE,)
    assert float(np.linalg.norm(one)) == pytest.approx(1.0)
    noise = np.random.default_rng(0).standard_normal(32_000).astype(np.float32)
    assert similarity(one, other) > 0.6
    assert similarity(one, campplus.embed_speech(noise)) < 0.3


def test_the_judge_tells_the_cosine_and_a_way_up(samples, speech):
    target = campplus.embed_voice(speech)
    judge = campplus.judge(target)
    cosine, gradient = judge.cosine(samples)
    assert cosine == pytest.approx(similarity(campplus.embed_speech(samples), target), abs=1e-3)
    step = 1e-3 * gradient / np.linalg.norm(gradient)
    ends = [judge.cosine(samples + sign * step)[0] for sign in (1, -1)]
    assert (ends[0] - ends[1]) / 2 == pytest.approx(float(gradient @ step), rel=0.1)


def test_what_inner_layers_tell_is_of_one_size_and_hardly_hangs_on_the_level(samples):
    heard, louder = campplus.heard(samples), campplus.heard(2 * samples)
    assert np.array_equal(heard.frames, campplus.speech_frames(samples))
    assert heard.layers.shape == (campplus.LAYER_NUMBERS,)
    assert np.isfinite(heard.layers).all()
    assert np.abs(heard.layers - louder.layers).max() < 0.05


def test_no_voice_inside():
    with pytest.raises(NoVoiceInside):
        campplus.embed_voice(Signal.mono(np.zeros(48_000, np.float32), 24_000))
