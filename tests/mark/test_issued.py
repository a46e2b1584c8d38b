from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.mark.code import encode
from sayso.mark.detector import NOTHING, Detector
from sayso.mark.errors import KeysInvalid
from sayso.mark.issued import best_fit, code_words
from sayso.mark.mark import Mark
from sayso.mark.payload import message_bits

MARK = Mark(0xFEDCBA9876543210)
OTHERS = np.random.default_rng(7).integers(0, 1 << 64, 50_000, dtype=np.uint64)
IDS = np.append(OTHERS, np.uint64(MARK.id))


@pytest.fixture
def marked(marker, consent, speech):
    return marker.embed(speech, MARK, consent.permit, Action.SYNTHESIZE).signal


def noisy(signal, snr_db):
    noise = np.random.default_rng(3).standard_normal(signal.samples.shape).astype(np.float32)
    scale = np.sqrt(np.mean(signal.samples**2) / 10 ** (snr_db / 10))
    return Signal(signal.samples + np.float32(scale) * noise, signal.sample_rate)


def test_code_words_of_many_ids_are_those_of_each():
    ids = np.append(OTHERS[:40], np.array([0, 1, (1 << 64) - 1], dtype=np.uint64))
    bits = np.unpackbits(code_words(ids).view(np.uint8), axis=1, bitorder="little")
    for row, mark_id in zip(bits, ids, strict=True):
        expected = encode(message_bits(Mark(int(mark_id))))
        assert (1 - 2 * row[:240].astype(int) == expected).all()
        assert not row[240:].any()


def test_the_best_fit_is_that_of_a_plain_product():
    soft = np.random.default_rng(2).standard_normal(240).astype(np.float32)
    ids = OTHERS[:500]
    fits = np.array([encode(message_bits(Mark(int(one)))) @ soft for one in ids])
    place, fit = best_fit(soft, ids)
    assert place == int(np.argmax(fits))
    assert fit == pytest.approx(float(fits.max()), rel=1e-4)


def test_fits_of_random_ids_have_normal_tails():
    """The bits of a code word hang together; their products with anything must not show it."""
    soft = np.random.default_rng(4).standard_normal(240).astype(np.float32)
    bits = np.unpackbits(code_words(OTHERS).view(np.uint8), axis=1, bitorder="little")[:, :240]
    fits = (1 - 2 * bits.astype(np.float32)) @ soft / np.linalg.norm(soft)
    assert abs(fits.mean()) < 0.03
    assert fits.std() == pytest.approx(1, abs=0.02)
    assert np.mean(fits > 3.5) < 2.5 * 2.33e-4


def test_an_issued_id_is_found_in_noise_that_hides_it_from_a_blind_reader(keys, marked):
    heard = noisy(marked.slice(0, 63_000), 8)
    detector = Detector(keys)
    assert detector.detect(heard).mark is None
    found = detector.detect_among(heard, IDS)
    assert (found.present, found.mark, found.mark_verified) == (True, MARK, True)


def test_who_holds_the_ids_finds_a_mark_that_is_not_even_present_to_others(keys, marked):
    heard = noisy(marked.slice(0, 63_000), 8)
    detector = Detector(keys)
    assert not detector.detect(heard).present
    found = detector.detect_known(heard, lambda: IDS)
    assert (found.present, found.mark, found.mark_verified) == (True, MARK, True)
    assert found.log10_p >= detector.detect_among(heard, IDS).log10_p + 0.9  # a tenth of all chance


def test_the_ids_are_not_asked_for_where_they_cannot_help(keys, marked, speech):
    def issued():
        raise AssertionError

    assert Detector(keys).detect_known(marked, issued).mark == MARK
    assert not Detector(keys).detect_known(speech, issued).present


def test_of_two_marks_over_one_another_the_issued_one_is_named_and_no_other(keys, marker, consent, marked, speech):
    other = Mark(int(IDS[5]))
    over = marker.embed(Signal(speech.samples[:, ::-1], 24_000), other, consent.permit, Action.SYNTHESIZE).signal
    for late in (0, 31_200):
        sound = np.zeros((1, marked.num_samples + late), dtype=np.float32)
        sound[:, : marked.num_samples] += marked.samples
        sound[:, late:] += 0.7 * over.samples
        found = Detector(keys).detect_known(Signal(sound, 24_000), lambda: IDS)
        assert {one.mark for one in found.marks} == {MARK, other}
        found = Detector(keys).detect_known(Signal(sound, 24_000), lambda: OTHERS)
        assert {one.mark for one in found.marks} <= {MARK, other}


def test_an_id_that_was_not_issued_is_not_named_another(keys, marked):
    found = Detector(keys).detect_among(marked, OTHERS)
    assert found.present
    assert (found.mark, found.mark_verified) == (None, False)


def test_unmarked_speech_holds_no_issued_id(keys, speech):
    found = Detector(keys).detect_among(speech, IDS)
    assert (found.present, found.mark) == (False, None)
    assert found.p_value > 1e-3


def test_without_ids_presence_is_told(keys, marked):
    found = Detector(keys).detect_among(marked, IDS[:0])
    assert (found.present, found.mark) == (True, None)


def test_public_keys_and_too_little_sound_are_refused(keys, marked):
    with pytest.raises(KeysInvalid):
        Detector(keys.public).detect_among(marked, IDS)
    assert Detector(keys).detect_among(marked.slice(0, 100), IDS) == NOTHING
