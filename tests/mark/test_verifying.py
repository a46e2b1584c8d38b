from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.mark.chains import CHAINS, NONE, Chain, chains_named
from sayso.mark.detector import Detector
from sayso.mark.errors import ChainUnknown, ProfileUnknown
from sayso.mark.mark import Mark
from sayso.mark.marked import Mends
from sayso.mark.profiles import described, strength_of
from sayso.mark.strength import PROFILES, ROBUST, STANDARD, TELEPHONE
from sayso.mark.verifying import check, firmer

MARK = Mark(0x0123456789ABCDEF)


@pytest.fixture(scope="module")
def ways():
    return [chain for chain in CHAINS.values() if chain.runs_here]


def test_every_chain_gives_back_the_sound_in_its_place(speech, ways):
    host = speech.slice(0, 72_000)
    assert {"none", "mp3-64", "opus-16", "mu-law-8k"} <= {chain.name for chain in ways}
    low = np.fft.rfftfreq(72_000, 1 / 24_000)
    for chain in ways:
        back = chain.heard(host)
        assert (back.num_samples, back.sample_rate) == (72_000, 24_000)
        spectra = [np.where((low > 300) & (low < 1000), np.fft.rfft(sound.samples[0]), 0) for sound in (host, back)]
        assert np.vdot(*spectra).real > 0.5 * np.linalg.norm(spectra[0]) * np.linalg.norm(spectra[1]), chain.name


def test_a_mark_is_read_after_codecs_and_another_is_not(marker, keys, consent, speech):
    marked = marker.embed(speech, MARK, consent.permit, Action.SYNTHESIZE).signal
    detector = Detector(keys)
    for chain in chains_named(("none", "mp3-64", "opus-16", "mu-law-8k")):
        found = check(detector, marked, MARK, chain)
        assert found.has_run, chain.name
        assert found.is_readable, chain.name
        assert found.margin > 10, chain.name
        assert not check(detector, marked, Mark(5), chain).is_readable
    assert not check(detector, speech, MARK, NONE).is_readable


def test_a_chain_that_cannot_run_is_never_passed(keys, speech):
    lacking = Chain("future", "no_such_encoder", "wav", 0, 8_000)
    found = check(Detector(keys), speech, MARK, lacking)
    assert (found.has_run, found.is_readable, found.margin) == (False, False, 0.0)


def test_the_telephone_profile_is_stronger_where_telephones_hear(marker, keys, consent, speech):
    host = Signal(speech.samples[:, :120_000], 24_000)
    detector, (telephone,) = Detector(keys), chains_named(("mu-law-8k",))
    margins = [
        check(
            detector, marker.at(one).embed(host, MARK, consent.permit, Action.SYNTHESIZE).signal, MARK, telephone
        ).margin
        for one in (STANDARD, TELEPHONE)
    ]
    assert margins[1] > 1.2 * margins[0]


def test_strength_rises_step_by_step_to_its_floor_of_quality():
    steps, strength = 0, STANDARD
    while (stronger := firmer(strength)) is not None:
        assert strength.reach < stronger.reach <= ROBUST.reach
        assert stronger.data_db > strength.data_db
        strength, steps = stronger, steps + 1
    assert steps == 3


def test_every_profile_describes_itself():
    for name, strength in PROFILES.items():
        told = described(name)
        assert told["strength"]["data_db"] == strength.data_db
        assert told["band_hz"] == [281, 7219]
        assert told["purpose"]
        assert all(row["id_read"] <= row["clips"] for row in told["measured"])


def test_unknown_names_are_refused_by_name():
    with pytest.raises(ProfileUnknown, match="telephone"):
        strength_of("loud")
    with pytest.raises(ChainUnknown, match="opus-16"):
        chains_named(("none", "wax"))


def test_a_mark_is_read_from_sound_whose_clicks_and_sharp_hiss_were_mended(marker, keys, consent, speech):
    clicked = speech.samples[0].copy()
    clicked[4_000::12_000] += np.float32(0.5)
    marked = marker.embed(Signal.mono(clicked, speech.sample_rate), MARK, consent.permit, Action.SYNTHESIZE)
    mended, mends = marked.mended(most_hiss_dbfs=-45.0)
    assert mends.clicks > 5
    assert mends.hiss_s > 0.1
    assert (mended.mark, mended.permit_id, mended.start) == (marked.mark, marked.permit_id, marked.start)
    assert check(Detector(keys), mended.signal, MARK, NONE).is_readable
    same, none = marker.embed(speech, MARK, consent.permit, Action.SYNTHESIZE).mended(most_hiss_dbfs=0.0)
    assert none == Mends()
    assert np.array_equal(
        same.signal.samples, marker.embed(speech, MARK, consent.permit, Action.SYNTHESIZE).signal.samples
    )
