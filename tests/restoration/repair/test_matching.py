"""Microphone matching: afterwards the spectra are alike where the bound allows, and nothing else has changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.audio.resample import resample
from sayso.audio.signal import Signal, concatenate
from sayso.restoration import restore
from sayso.restoration.repair.matching import (
    BOUND_DB,
    CENTRES_HZ,
    TooLittleSound,
    apart_db,
    gains_to,
    long_term_spectrum,
    matched,
)
from sayso.restoration.repair.steps import replayed
from sayso.voices.campplus import embed_voice


def coloured(signal: Signal, gains_db: list[float]) -> Signal:
    """By a filter of linear phase from the oracle's side: the spectrum times a gain."""
    spectra = np.fft.rfft(signal.samples, axis=1)
    hertz = np.fft.rfftfreq(signal.num_samples, 1 / signal.sample_rate)
    at = np.geomspace(100, 8_000, len(gains_db))
    gain = np.interp(np.log(np.maximum(hertz, 1)), np.log(at), gains_db)
    made = np.fft.irfft(spectra * 10 ** (gain / 20), signal.num_samples, axis=1)
    return Signal(made.astype(np.float32), signal.sample_rate)


@given(gains=st.lists(st.floats(-5, 5), min_size=4, max_size=6))
@settings(max_examples=15, deadline=None)
def test_the_bands_agree_within_a_decibel_where_the_bound_allows(speech, gains):
    own, target = coloured(speech, gains), long_term_spectrum(speech)
    before = long_term_spectrum(own)
    told = gains_to(before, target)
    after = long_term_spectrum(matched(own, told))
    level = np.nanmean(np.array(told))
    free = np.abs(np.array(told) - level) < BOUND_DB - 1
    free &= before.rooms_db() - 6 > np.array(told) - min(told)
    off = (target.bands_db() - after.bands_db())[free]
    off = off[np.isfinite(off)]
    assert off.size > 12
    assert np.abs(off - np.median(off)).max() < 1


def test_gains_are_bounded_and_the_level_stays(speech):
    far = coloured(speech, [-40, 0, 40])
    told = np.array(gains_to(long_term_spectrum(far), long_term_spectrum(speech)))
    assert told.max() - told.min() <= 2 * BOUND_DB + 0.1
    made = matched(far, told)
    loud = (long_term_spectrum(one).loud.sum() for one in (far, made))
    assert abs(10 * np.log10(np.divide(*loud))) < 1


def test_nothing_is_heard_before_it_sounds_and_no_gain_is_no_change(speech):
    click = Signal.mono(np.eye(1, 16_000, 4_000)[0], 16_000)
    made = matched(click, [6.0] * 8 + [-6.0] * (len(CENTRES_HZ) - 8)).samples[0]
    assert np.abs(made[:4_000]).max() < 1e-6
    assert np.square(made[4_000:4_080]).sum() > 0.9 * np.square(made).sum()
    assert np.allclose(matched(speech, [0.0] * len(CENTRES_HZ)).samples, speech.samples, atol=1e-5)


def test_other_rates_share_the_bands_that_both_have(speech):
    narrow = coloured(resample(speech, 8_000), [6, 0, -6])
    told = gains_to(long_term_spectrum(narrow), long_term_spectrum(speech))
    assert len(told) == len(CENTRES_HZ)
    made = long_term_spectrum(matched(narrow, told))
    assert apart_db(made, long_term_spectrum(speech)) < 1.5


def test_a_repair_matches_last_and_can_be_made_again(speech):
    dull = coloured(speech, [4, 2, 0, -5])
    done = restore(dull, identity=embed_voice, colour=long_term_spectrum(speech))
    assert done.repaired[-1] == "match"
    assert done.match.after_db < 0.5 * done.match.before_db
    assert np.array_equal(replayed(done.steps, dull).samples, done.signal.samples)
    same = restore(speech, identity=embed_voice, colour=long_term_spectrum(speech))
    assert same.signal is speech
    assert same.repaired == ()


def test_too_little_sound_is_refused(speech):
    for sound in (Signal.mono(np.zeros(16_000), 16_000), speech.slice(0, 6_000)):
        with pytest.raises(TooLittleSound):
            long_term_spectrum(sound)
    both = concatenate([speech, speech])
    assert np.allclose(gains_to(long_term_spectrum(both), long_term_spectrum(speech)), 0, atol=0.7)
