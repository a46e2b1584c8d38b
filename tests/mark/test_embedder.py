from __future__ import annotations

import itertools

import numpy as np
import pytest

from sayso.audio.rates import resampled
from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.consent.errors import PermitRefused
from sayso.mark.detector import Detector
from sayso.mark.embedder import Marker
from sayso.mark.errors import ChunkMismatch, KeysInvalid
from sayso.mark.mark import Mark

MARK = Mark(0x0123456789ABCDEF)


def test_what_is_written_is_read(marker, keys, consent, speech):
    marked = marker.embed(speech, MARK, consent.permit, Action.SYNTHESIZE)
    found = Detector(keys).detect(marked.signal)
    assert (found.mark, found.mark_verified) == (MARK, True)
    assert found.p_value < 1e-12
    assert marked.signal.num_samples == speech.num_samples


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_carries_the_mark(marker, keys, consent, speech, rate):
    host = Signal(resampled(speech.samples, 24_000, rate), rate)
    marked = marker.embed(host, MARK, consent.permit, Action.SYNTHESIZE)
    assert marked.signal.samples.shape == host.samples.shape
    found = Detector(keys).detect(marked.signal)
    assert found.present
    assert rate == 8_000 or found.mark == MARK


def test_stereo_survives_the_loss_of_a_channel(marker, keys, consent, speech):
    host = Signal(np.concatenate([speech.samples, 0.5 * speech.samples]), 24_000)
    marked = marker.embed(host, MARK, consent.permit, Action.SYNTHESIZE).signal
    detector = Detector(keys)
    for heard in (marked, Signal.mono(marked.samples[1], 24_000), Signal.mono(marked.mixed(), 24_000)):
        assert detector.detect(heard).mark == MARK


def test_chunks_make_one_mark(marker, keys, consent, speech):
    session = marker.session(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=24_000)
    edges = [0, 31_111, 62_000, 101_000, speech.num_samples]
    parts = [session.push(speech.slice(a, b)) for a, b in itertools.pairwise(edges)]
    assert [part.start for part in parts] == edges[:-1]
    whole = Signal(np.concatenate([part.signal.samples for part in parts], axis=1), 24_000)
    assert Detector(keys).detect(whole).mark == MARK


def test_digital_silence_stays_silent(marker, consent, speech):
    host = speech.samples.copy()
    host[:, 30_000:60_000] = 0
    marked = marker.embed(Signal(host, 24_000), MARK, consent.permit, Action.SYNTHESIZE)
    assert not marked.signal.samples[:, 30_000:60_000].any()


def test_nothing_is_driven_over_full_scale(marker, consent, speech):
    loud = Signal(speech.samples / np.abs(speech.samples).max(), 24_000)
    marked = marker.embed(loud, MARK, consent.permit, Action.SYNTHESIZE)
    assert np.abs(marked.signal.samples).max() <= 1


def test_an_empty_chunk_is_an_empty_chunk(marker, consent, speech):
    session = marker.session(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=24_000)
    assert session.push(speech.slice(0, 0)).signal.num_samples == 0


def test_a_refused_chunk_changes_nothing(marker, consent, speech):
    session = marker.session(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=24_000)
    session.push(speech.slice(0, 24_000))
    consent.epoch[0] = 2
    with pytest.raises(PermitRefused):
        session.push(speech.slice(24_000, 48_000))
    assert session.made_ms == 1000


def test_the_ceiling_counts_over_all_chunks(marker, consent, speech):
    session = marker.session(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=8_000)
    second = Signal(speech.samples[:, :8_000], 8_000)
    for _ in range(60):
        session.push(second)
    with pytest.raises(PermitRefused, match="length"):
        session.push(second)


def test_another_action_is_refused(marker, consent, speech):
    with pytest.raises(PermitRefused, match="action"):
        marker.embed(speech, MARK, consent.permit, Action.PUBLISH)


def test_a_chunk_of_another_rate_is_refused(marker, consent, speech):
    session = marker.session(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=16_000)
    with pytest.raises(ChunkMismatch):
        session.push(speech)


def test_public_keys_cannot_write(keys, consent):
    with pytest.raises(KeysInvalid):
        Marker(keys.public, consent.gate)
