"""The fingerprint: known again through codecs and cuts, not for other speech, small, and without the voice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.audio import Container, Signal, decode, encode, resample
from sayso.fingerprint import Content, Fingerprint, compared, features_of, one_after_another, short_features_of
from sayso.fingerprint.matching import agreements
from sayso.mark.errors import FingerprintInvalid


@pytest.fixture(scope="session")
def other() -> Signal:
    from hibari import Hibari

    text = "Nobody had told the captain that the harbour was closed, so he sailed in under full canvas, singing."
    return Signal.mono(np.asarray(Hibari()(text, seed=0)), 24_000)


def telephone(signal):
    from scipy.signal import butter, sosfilt

    band = butter(4, [300, 3400], "band", fs=8000, output="sos")
    return Signal.mono(sosfilt(band, resample(signal, 8000).mixed()), 8000)


WAYS = {
    "itself": lambda s: s,
    "MP3": lambda s: decode(encode(s, Container.MP3)),
    "Opus": lambda s: decode(encode(s, Container.OPUS)),
    "16 kHz": lambda s: resample(s, 16_000),
    "48 kHz stereo": lambda s: Signal(np.repeat(resample(s, 48_000).samples, 2, axis=0), 48_000),
    "telephone": telephone,
    "softer": lambda s: Signal(s.samples * np.float32(0.03), s.sample_rate),
    "polarity": lambda s: Signal(-s.samples, s.sample_rate),
    "cut": lambda s: s.slice(30_011, 120_000),
    "two seconds": lambda s: s.slice(50_000, 98_000),
    "late": lambda s: Signal(np.pad(s.samples, ((0, 0), (7_777, 0))), s.sample_rate),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_the_same_sound_is_ours_and_other_sound_is_not(speech, other, way):
    assert compared(features_of(way(speech)), Fingerprint.from_features(features_of(speech))) is Content.OURS
    assert compared(features_of(way(speech)), Fingerprint.from_features(features_of(other))) is Content.OTHER
    assert compared(features_of(way(other)), Fingerprint.from_features(features_of(speech))) is Content.OTHER


def test_what_a_copied_mark_leaves_in_pauses_does_not_make_other_sound_ours(speech, other):
    """Other speech comes in bursts, and in its long pauses the first is heard, 22 dB down, as a residual would be."""
    count = min(speech.num_samples, 120_000)
    burst = np.resize(other.samples, (1, count)) * (np.arange(count) % 48_000 < 14_400)
    heard = Signal(burst + speech.samples[:, :count] * np.float32(0.08), 24_000)
    assert compared(features_of(heard), Fingerprint.from_features(features_of(speech))) is not Content.OURS


def test_pauses_alone_make_no_other_sound_ours(speech, other):
    """A copied mark is found where the other speech pauses, and only there; the first is heard there alone."""
    count = min(speech.num_samples, 120_000)
    pausing = np.resize(other.samples, (1, count)).copy()
    pausing[:, 24_000:72_000] = 0
    heard = features_of(Signal(pausing + speech.samples[:, :count] * np.float32(0.08), 24_000))
    assert compared(heard.between(1.0, 3.0), Fingerprint.from_features(features_of(speech))) is Content.UNKNOWN
    assert (
        compared(features_of(speech).between(1.0, 3.0), Fingerprint.from_features(features_of(speech))) is Content.OURS
    )


def test_a_click_does_not_hide_what_is_said(speech):
    clicked = 0.1 * speech.samples
    clicked[:, 60_000:60_960] = np.sin(np.arange(960) / 3)  # 40 ms, 30 dB above the speech
    heard = features_of(Signal(clicked.astype(np.float32), 24_000))
    assert compared(heard, Fingerprint.from_features(features_of(speech))) is Content.OURS


def test_half_a_file_of_other_sound_is_not_ours_for_long(speech, other):
    half = Signal(np.concatenate([speech.samples, other.samples], axis=1), 24_000)
    found = agreements(features_of(half), Fingerprint.from_features(features_of(speech)))
    assert max(found) > 0.95
    assert min(found) < 0.55
    heard = features_of(half).between(speech.duration_s, half.duration_s)
    assert compared(heard, Fingerprint.from_features(features_of(speech))) is Content.OTHER


def test_too_little_to_tell_is_unknown(speech):
    fingerprint = Fingerprint.from_features(features_of(speech))
    assert compared(features_of(speech.slice(0, 16_000)), fingerprint) is Content.UNKNOWN
    assert compared(features_of(speech.slice(0, 100)), fingerprint) is Content.UNKNOWN
    silence = Signal(np.zeros((1, 96_000), dtype=np.float32), 24_000)
    assert compared(features_of(silence), fingerprint) is not Content.OURS
    assert compared(features_of(speech), Fingerprint.from_features(features_of(silence))) is not Content.OURS


def test_noise_is_not_ours(speech):
    noise = Signal.mono(np.random.default_rng(0).standard_normal(240_000) * 0.1, 24_000)
    assert compared(features_of(noise), Fingerprint.from_features(features_of(speech))) is Content.OTHER


def test_features_of_parts_are_those_of_the_whole(speech):
    whole = features_of(speech)
    step = 118 * 768  # 118 rows of 32 ms
    first = features_of(speech.slice(0, step + 24_000)).first(step / 24_000)
    again = one_after_another([first, features_of(speech.slice(step, speech.num_samples))])
    assert again.soft.shape == whole.soft.shape
    inside = whole.level_db > whole.level_db.max() - 30
    assert np.mean((again.soft > 0)[inside] == (whole.soft > 0)[inside]) > 0.995


def test_it_is_small_and_holds_signs_only(speech):
    data = Fingerprint.from_features(features_of(speech)).encode()
    assert len(data) < 80 * speech.duration_s
    assert data == Fingerprint.from_features(features_of(speech)).encode()


@given(st.integers(0, 60), st.integers(0, 2**32))
def test_the_bytes_give_it_back(rows, seed):
    rng = np.random.default_rng(seed)
    made = Fingerprint(rng.choice(np.array([-1, 1], dtype=np.int8), (rows, 16)), rng.random(rows) > 0.3)
    read = Fingerprint.decode(made.encode())
    assert np.array_equal(read.signs, made.signs)
    assert np.array_equal(read.active, made.active)


@pytest.mark.parametrize("spoil", [lambda d: d[:-1], lambda d: b"x" + d[1:], lambda _: b"", lambda d: d + b"\0"])
def test_other_bytes_are_refused(speech, spoil):
    with pytest.raises(FingerprintInvalid):
        Fingerprint.decode(spoil(Fingerprint.from_features(features_of(speech)).encode()))


@pytest.mark.parametrize("seconds", [0.4, 0.55, 0.7])
def test_a_short_clip_is_told_from_other_words(speech, other, seconds):
    places = range(12_000, 72_000, 12_000)
    cuts = [sound.slice(start, start + round(24_000 * seconds)) for sound in (speech, other) for start in places]
    words = [cut for cut in cuts if cut.samples.std() > 0.8 * speech.samples.std()]  # of pauses nothing is said
    assert len(words) > 5
    prints = [Fingerprint.from_features(short_features_of(word)) for word in words]
    for number, word in enumerate(words):
        heard = short_features_of(decode(encode(word, Container.OPUS)))
        ours = [compared(heard, one) is Content.OURS for one in prints]
        assert ours == [place == number for place in range(len(words))]


def test_a_short_clip_is_compared_where_it_stands_alone_only(speech):
    word = speech.slice(30_000, 42_000)
    short, plain = Fingerprint.from_features(short_features_of(word)), Fingerprint.from_features(features_of(speech))
    assert compared(features_of(speech), short) is compared(short_features_of(word), plain) is Content.UNKNOWN
    again = Fingerprint.decode(short.encode())
    assert again.short
    assert not Fingerprint.decode(plain.encode()).short
    np.testing.assert_array_equal(again.signs, short.signs)
