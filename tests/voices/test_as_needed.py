"""The effort that a speaker's voice needs: long for who fits badly, short for others."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.consent.errors import PermitRefused
from sayso.engines import VoiceAsset
from sayso.voices import Effort, FittedVoice, fit, style_fit
from sayso.voices.likeness import LIKE
from sayso.voices.style_fit import as_needed
from tests.voices.references import Gate, permitted, references
from tests.voices.toy import Toy, ToySpace

BEFORE = VoiceAsset("toy", "style", b"before")


def voice(similarity, effort):
    asset = VoiceAsset("toy", "style", str(effort).encode())
    return FittedVoice(asset, np.zeros(256, np.float32), similarity, 3.2, renders=2, seconds=5.0)


class Fitter:
    """Finds voices of the given similarities, and keeps what it was asked."""

    def __init__(self, *similarities):
        self.similarities, self.asked = iter(similarities), []

    def __call__(self, *, effort, start, progress):
        self.asked.append((effort, start))
        progress(0.5)
        progress(1.0)
        return voice(next(self.similarities), effort)


@pytest.mark.parametrize("similarity", [LIKE, 0.9])
def test_who_fits_well_is_done_after_the_short_search(similarity):
    once, told = Fitter(similarity), []
    found = as_needed(once, start=BEFORE, goes_on=True, progress=told.append)
    assert once.asked == [(Effort.FAST, BEFORE)]
    assert (found.similarity, found.renders, told[-1]) == (similarity, 2, 1.0)


@pytest.mark.parametrize("second", [0.3, 0.8])
def test_who_fits_badly_gets_the_long_one_from_there_and_no_better_one_is_chosen(second):
    once, told = Fitter(LIKE - 0.01, second), []
    found = as_needed(once, start=None, goes_on=True, progress=told.append)
    assert once.asked == [(Effort.FAST, None), (Effort.BEST, voice(0, Effort.FAST).asset)]
    assert found.similarity == second
    assert (found.renders, found.seconds) == (4, 10.0)
    assert all(later >= earlier for earlier, later in itertools.pairwise(told))
    assert told[-1] == 1.0


def test_an_engine_that_does_not_climb_searches_anew():
    once = Fitter(0.1, 0.1)
    as_needed(once, start=None, goes_on=False)
    assert once.asked == [(Effort.FAST, None), (Effort.BEST, None)]


@pytest.fixture
def short(monkeypatch):
    tiny = style_fit.SearchBudget(rounds=1, tone_after=(), stock=4, settling=1, judged=1)
    monkeypatch.setattr(style_fit, "BUDGETS", {Effort.FAST: tiny, Effort.BEST: tiny})


@pytest.fixture
def reference() -> Signal:
    return next(iter(Toy().stream("Nobody on the platform seemed to mind at all.", ToySpace().asset((1.4, -0.6)))))


def test_a_voice_tells_that_the_short_search_found_it(reference, short, monkeypatch):
    monkeypatch.setattr(style_fit, "LIKE", -1.0)
    assert fit(Toy(), references(reference), permitted(), effort=Effort.AUTO).effort is Effort.FAST


def test_the_level_alone_decides(reference, short, monkeypatch):
    monkeypatch.setattr(style_fit, "LIKE", 1.1)
    found = fit(Toy(), references(reference), permitted(), effort=Effort.AUTO)
    assert found.effort is Effort.BEST
    assert found.renders == 2 * (4 + 2 + 3 + 1)  # stock, the round, what settles, what judges


def test_a_withdrawal_between_both_searches_stops_it(reference, short, monkeypatch):
    monkeypatch.setattr(style_fit, "LIKE", 1.1)
    gate = Gate()

    def withdraw(part):
        if part >= 0.15:
            gate.refusal = PermitRefused("withdrawn", reasons=["withdrawn"])

    with pytest.raises(PermitRefused):
        fit(Toy(), references(reference), permitted(gate), effort=Effort.AUTO, progress=withdraw)
