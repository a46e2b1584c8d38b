from __future__ import annotations

import numpy as np
import pytest

from sayso.mark.cells import energies, levels, spectra
from sayso.mark.code import encode
from sayso.mark.inscription import Inscription
from sayso.mark.mark import Mark, MarkKeys
from sayso.mark.pattern import pattern_of
from sayso.mark.payload import message_bits
from sayso.mark.shaping import LARGEST_DB, allowances
from sayso.mark.strength import PROFILES, ROBUST, STANDARD, TRANSPARENT

PATTERN = pattern_of(MarkKeys.derive(b"i" * 32))
WORD = encode(message_bits(Mark(99)))


def inscribed(samples, strength=STANDARD):
    inscription = Inscription(PATTERN, WORD, strength)
    return inscription, inscription.difference(samples, start=0, first=0, stop=samples.shape[1])


def test_the_bits_stand_out_as_asked(speech):
    inscription, _ = inscribed(speech.samples[:, :120_000])
    assert inscription.margin_db == pytest.approx(STANDARD.data_db, abs=0.4)


def test_a_firmer_profile_changes_more(speech):
    change = [np.sum(inscribed(speech.samples, strength)[1] ** 2) for strength in (TRANSPARENT, STANDARD, ROBUST)]
    assert change[0] < change[1] < change[2]


def test_the_difference_stays_far_below_the_speech(speech):
    _, change = inscribed(speech.samples)
    assert 10 * np.log10(np.sum(speech.samples**2) / np.sum(change**2)) > 18


def test_nothing_is_written_outside_the_bands(speech):
    _, change = inscribed(speech.samples)
    spectrum = np.abs(np.fft.rfft(change[0])) ** 2
    hz = np.fft.rfftfreq(change.shape[1], 1 / 24_000)
    assert spectrum[(hz < 180) | (hz > 7_300)].sum() < 1e-3 * spectrum.sum()


def test_silence_stays_silent():
    inscription, change = inscribed(np.zeros((1, 24_000), dtype=np.float32))
    assert not change.any()
    assert inscription.margin_db == 0


def test_the_same_sound_and_key_give_the_same_samples(speech):
    assert (inscribed(speech.samples)[1] == inscribed(speech.samples)[1]).all()


def test_loud_low_harmonics_are_moved_least(speech):
    energy = energies(spectra(speech.samples[0]))
    allowed = allowances(energy)
    assert (allowed <= LARGEST_DB).all()
    loud = levels(energy) > levels(energy).max() - 20
    assert 2 * allowed[:, :4][loud[:, :4]].mean() < allowed[:, 40:].mean()


def test_profiles_are_found_by_name():
    assert {name: strength.name for name, strength in PROFILES.items()} == {name: name for name in PROFILES}
