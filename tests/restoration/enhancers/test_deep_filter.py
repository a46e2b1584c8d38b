"""Deep filtering by networks that are known: what they tell is what happens to the sound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sayso.restoration.enhancers.deep_filter import HIDDEN, ORDER, DeepFilterStream, band_averages, band_of
from sayso.restoration.enhancers.deepfilternet import DEEPFILTERNET
from sayso.restoration.enhancers.hush import HUSH

DESIGNS = {one.name: one for one in (HUSH, DEEPFILTERNET)}


class Told:
    """A network that tells the same gain for every band, and a filter that passes one of its frames."""

    def __init__(self, design, part, gain=1.0, passed=None):
        self._design, self._part, self._gain = design, part, gain
        self._passed = ORDER - 1 - design.ahead if passed is None else passed

    def run(self, wanted, fed):
        frames = len(next(iter(fed.values()))[0, 0]) - 2 if self._part == "encoder" else fed["emb"].shape[1]
        memories = [fed[name] for name in self._design.memories[self._part]]
        return [*self._outputs(frames), *memories][: len(wanted)]

    def _outputs(self, frames):
        if self._part == "encoder":
            hidden = np.zeros((1, frames, 1), np.float32)
            return [hidden] * (len(HIDDEN) - 1) + [np.zeros((1, 1, frames, self._design.filtered), np.float32)]
        if self._part == "bands":
            return [np.full((1, 1, frames, 32), self._gain, np.float32)]
        filters = np.zeros((frames, self._design.filtered, ORDER), np.complex64)
        filters[:, :, self._passed] = self._gain
        return [filters.view(np.float32)[None]]


def stream(design, monkeypatch, **told):
    networks = {part: Told(design, part, **told) for part in ("encoder", "bands", "filter")}
    monkeypatch.setattr(type(design), "networks", lambda _: networks)
    return DeepFilterStream(design)


@pytest.fixture(params=DESIGNS)
def design(request):
    return DESIGNS[request.param]


@pytest.fixture
def sound(design):
    return np.random.default_rng(1).normal(0, 0.1, 60 * design.hop).astype(np.float32)


def test_gains_of_one_leave_the_sound_as_it_was_and_late_by_the_delay(design, sound, monkeypatch):
    made = stream(design, monkeypatch).push(sound)
    np.testing.assert_allclose(made[design.delay :], sound[: -design.delay], atol=1e-6)
    np.testing.assert_allclose(made[: design.hop], 0, atol=1e-6)


def test_gains_turn_the_whole_spectrum_down(design, sound, monkeypatch):
    made = stream(design, monkeypatch, gain=0.25).push(sound)
    np.testing.assert_allclose(made[design.delay :], sound[: -design.delay] / 4, atol=1e-6)


def test_a_filter_that_passes_the_newest_frame_brings_the_low_bins_earlier(design, monkeypatch):
    """A low tone then comes out after a hop, however far ahead the network hears."""
    hertz = 6 * design.sample_rate / (2 * design.hop)  # a bin, and whole periods in a hop
    tone = np.sin(2 * np.pi * hertz * np.arange(60 * design.hop) / design.sample_rate).astype(np.float32)
    tone[: 30 * design.hop] = 0
    made = stream(design, monkeypatch, passed=ORDER - 1).push(tone)
    onset = int(np.argmax(np.abs(made) > 0.3))
    assert 30 * design.hop <= onset <= 31.5 * design.hop


def test_blocks_of_any_number_of_hops_give_the_same_sound(design, sound, monkeypatch):
    whole = stream(design, monkeypatch).push(sound)
    run = stream(design, monkeypatch)
    edges = np.array([0, 1, 2, 7, 8, 30, 60]) * design.hop
    parts = [run.push(sound[start:stop]) for start, stop in itertools.pairwise(edges)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)


@pytest.mark.parametrize("name", DESIGNS)
def test_every_bin_lies_in_one_band_and_no_band_is_empty(name):
    design = DESIGNS[name]
    bands = band_of(design.sample_rate, 2 * design.hop)
    assert bands.size == design.hop + 1
    assert np.all(np.diff(bands) >= 0)
    assert np.bincount(bands).min() >= 2
    np.testing.assert_allclose(band_averages(design.sample_rate, 2 * design.hop).sum(axis=0), 1, atol=1e-6)
