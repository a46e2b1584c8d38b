from __future__ import annotations

import io
import math

import av
import numpy as np
import pytest

from sayso.audio.rates import resampled
from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.mark.detector import NOTHING, PRESENT_LOG10_P, Detector
from sayso.mark.embedder import Marker
from sayso.mark.mark import Mark, MarkKeys

MARK = Mark(0xFEDCBA9876543210)


@pytest.fixture
def marked(marker, consent, speech):
    return marker.embed(speech, MARK, consent.permit, Action.SYNTHESIZE).signal


def changed(signal, change):
    return Signal(np.asarray(change(signal.samples), dtype=np.float32), signal.sample_rate)


@pytest.mark.parametrize(
    "change",
    [
        lambda samples: -samples,
        lambda samples: 0.03 * samples,
        lambda samples: 1e-4 * samples,
        lambda samples: samples[:, 7_777:],
        lambda samples: samples[:, 40_001 : 40_001 + 72_000],
        lambda samples: np.pad(samples, ((0, 0), (12_345, 0))),
        lambda samples: np.round(samples * 2048) / 2048,
        lambda samples: resampled(resampled(np.asarray(samples), 24_000, 16_000), 16_000, 24_000),
        lambda samples: np.vstack([samples, 0 * samples]),
        lambda samples: np.vstack([samples, -samples]),
    ],
    ids=[
        "polarity",
        "gain",
        "80 dB softer",
        "cut",
        "three seconds",
        "shift",
        "12 bit",
        "16 kHz",
        "one side",
        "out of phase",
    ],
)
def test_the_id_survives(keys, marked, change):
    found = Detector(keys).detect(changed(marked, change))
    assert (found.present, found.mark, found.mark_verified) == (True, MARK, True)


def test_the_id_survives_mp3(keys, marked):
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as writer:
        stream = writer.add_stream("libmp3lame", rate=24_000, layout="mono")
        stream.bit_rate = 64_000
        pcm = (marked.samples * 32767).astype(np.int16)
        for start in range(0, pcm.shape[1] - 1151, 1152):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(pcm[:, start : start + 1152]), format="s16p", layout="mono"
            )
            frame.sample_rate, frame.pts = 24_000, start
            writer.mux(stream.encode(frame))
        writer.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as reader:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in reader.decode(audio=0)])
    assert Detector(keys).detect(Signal.mono(heard, 24_000)).mark == MARK


def test_unmarked_speech_is_unmarked(keys, speech):
    found = Detector(keys).detect(speech)
    assert not found.present
    assert found.mark is None
    assert found.segments == ()
    assert found.p_value > 1e-4
    assert found.log10_lr < 2


def test_another_key_finds_nothing(marked):
    found = [Detector(MarkKeys.derive(bytes([k]) * 32)).detect(marked) for k in range(5)]
    assert not any(one.present for one in found)
    assert min(one.p_value for one in found) > 1e-4


def test_the_statistic_is_calibrated_on_the_marked_sound_of_another(marked):
    """With wrong keys T is a Rademacher sum: mean 0, variance 1, normal tails (see `evidence`)."""
    from sayso.mark.pattern import pattern_of
    from sayso.mark.search import correlations, measure

    (cut,) = measure(marked.samples, 0)
    statistics = np.concatenate(
        [correlations(cut.value, pattern_of(MarkKeys.derive(bytes([200, k]) * 16))) for k in range(60)]
    )
    assert abs(statistics.mean()) < 0.03
    assert statistics.std() == pytest.approx(1, abs=0.03)
    assert np.mean(statistics > 3) < 3 * 1.35e-3


def test_the_public_key_tells_presence_and_no_id(keys, marked):
    found = Detector(keys.public).detect(marked)
    assert found.present
    assert (found.mark, found.mark_verified) == (None, False)


def forged(consent, keys, speech, *, seed: int) -> Signal:
    """Return speech with the operator's public pilot in it, written by somebody who has the published key alone."""
    known = MarkKeys(keys.public_pilot, bytes([seed]) * 32, bytes([100 + seed]) * 32)
    return Marker(known, consent.gate).embed(speech, Mark.new(), consent.permit, Action.SYNTHESIZE).signal


@pytest.mark.parametrize("seed", range(3))
def test_the_published_key_forges_what_it_finds_but_not_the_operators_presence(consent, keys, speech, seed):
    sound = forged(consent, keys, speech, seed=seed)
    assert Detector(keys.public).detect(sound).log10_p < -50
    for found in (Detector(keys).detect(sound), Detector(keys).detect_among(sound, np.array([7], dtype=np.uint64))):
        assert (found.present, found.mark, found.segments, found.marks) == (False, None, (), ())
        assert found.log10_p > PRESENT_LOG10_P


@pytest.mark.slow
def test_what_the_published_key_wrote_proves_nothing_to_any_private_key(consent, keys, speech):
    """One forged sound, many operators who share the public key: their p-values are no smaller than chance allows."""
    sound = forged(consent, keys, speech, seed=9).slice(0, 84_000)
    operators = [MarkKeys(keys.public_pilot, bytes([k, 77]) * 16, bytes([k, 78]) * 16) for k in range(24)]
    found = [Detector(one).detect(sound, warps=False).log10_p for one in operators]
    assert min(found) > -2.5
    assert np.mean(np.array(found) <= math.log10(0.1)) <= 0.25


def test_a_removed_public_pilot_leaves_the_operators_presence(consent, keys, speech):
    """Who inverts what the published key wrote takes the public evidence away, not the private one."""
    pattern = Marker(keys, consent.gate)
    marked = pattern.embed(speech, MARK, consent.permit, Action.SYNTHESIZE).signal
    other = MarkKeys(keys.public_pilot, b"o" * 32, b"p" * 32)
    public = forged(consent, other, speech, seed=3).samples - speech.samples
    heard = Signal(marked.samples - 0.8 * public, 24_000)
    assert Detector(keys).detect(heard).mark == MARK


def test_a_marked_passage_is_found_in_a_long_file(keys, marked, speech):
    unmarked = np.tile(speech.samples, 3)
    lead_s = unmarked.shape[1] / 24_000
    found = Detector(keys).detect(Signal(np.concatenate([unmarked, marked.samples, unmarked], axis=1), 24_000))
    assert found.mark == MARK
    assert found.segments[0][0] == pytest.approx(lead_s, abs=0.8)
    assert found.segments[-1][1] == pytest.approx(lead_s + marked.duration_s, abs=0.8)


def test_the_likelihood_ratio_and_the_p_value_agree(keys, marked):
    found = Detector(keys).detect(marked)
    assert found.log10_lr > 20
    assert found.log10_p <= -found.log10_lr + 25
    assert found.p_value == pytest.approx(10.0 ** max(found.log10_p, -300))


@pytest.mark.parametrize("length", [0, 1, 100, 700])
def test_too_little_sound_gives_no_answer(keys, length):
    assert Detector(keys).detect(Signal.mono(np.ones(length), 24_000)) == NOTHING


@pytest.mark.parametrize(
    "samples",
    [np.zeros(48_000), np.ones(48_000), np.sin(np.arange(48_000)), np.random.default_rng(0).standard_normal(48_000)],
    ids=["silence", "constant", "tone", "noise"],
)
def test_strange_sounds_hold_no_mark(keys, samples):
    assert not Detector(keys).detect(Signal.mono(0.5 * samples, 24_000)).present


@pytest.mark.parametrize("start", [0, 1, 300, 50_000, 100_001])
def test_a_known_place_needs_no_search(keys, marked, start):
    found = Detector(keys).read_at(marked.slice(start, marked.num_samples), start)
    assert found.mark == MARK
    assert found.log10_p < -30


@pytest.mark.parametrize("speed", [0.82, 1.05])
def test_another_speed_is_found(keys, marked, speed):
    heard = Signal(resampled(marked.samples, round(100_000 * speed), 100_000), 24_000)
    detector = Detector(keys)
    found = detector.detect(heard)
    assert found.mark == MARK
    assert (found.speed, found.pitch) == pytest.approx((speed, speed), rel=0.003)
    assert found.segments[-1][1] == pytest.approx(heard.duration_s, abs=0.2)
    assert not detector.detect(heard.slice(0, 72_000), warps=False).present


def test_a_search_over_all_pays_for_what_it_tries(keys, speech):
    found = Detector(keys).detect(speech)
    assert found.p_value > 1e-3
    assert found.log10_lr < 1


def parts_of(marked):
    """Return pieces of 0.7 s in another order, each a little cut off."""
    pieces = [marked.samples[:, start : start + 16_000] for start in range(0, marked.num_samples - 16_800, 16_800)]
    return Signal(
        np.concatenate([pieces[k] for k in np.random.default_rng(1).permutation(len(pieces))], axis=1), 24_000
    )


def test_a_mark_is_read_through_cuts_and_joins(keys, marked):
    heard = parts_of(marked)
    found = Detector(keys).detect(heard)
    assert (found.mark, found.mark_verified) == (MARK, True)
    covered = sum(end_s - start_s for start_s, end_s in found.segments)
    assert covered == pytest.approx(heard.duration_s, rel=0.15)
    assert not Detector(MarkKeys.derive(b"?" * 32)).detect(heard).present


def test_two_marks_in_a_short_sound_are_both_told(keys, marked, marker, consent, speech):
    other = Mark(0x0123_4567_89AB_CDEF)
    second = marker.embed(speech, other, consent.permit, Action.SYNTHESIZE).signal
    sound = np.concatenate([marked.samples[:, :84_000], second.samples[:, 60_000:144_000]], axis=1)
    found = Detector(keys).detect(Signal(sound, 24_000))
    by_mark = {one.mark: one for one in found.marks}
    assert set(by_mark) == {MARK, other}
    assert found.mark == found.marks[0].mark
    assert by_mark[MARK].segments[0][0] == pytest.approx(0, abs=0.4)
    assert by_mark[MARK].segments[-1][1] == pytest.approx(3.5, abs=0.4)
    assert by_mark[other].segments[0][0] == pytest.approx(3.5, abs=0.4)
    assert by_mark[other].segments[-1][1] == pytest.approx(7.0, abs=0.4)
