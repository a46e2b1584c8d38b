"""Zero-shot cloning: the engine hears what is not put aside, under the permit, and what comes of it is judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sayso.audio.signal import Signal
from sayso.consent.errors import PermitRefused
from sayso.engines import Capability
from sayso.engines.hibari import HibariEngine
from sayso.testing import spoken
from sayso.voices import clone_zero_shot
from tests.voices.references import Gate, permitted, references

TEXT = "The morning train was late again. Nobody on the platform seemed to mind at all."


class Cloner(HibariEngine):
    capabilities = frozenset({Capability.CLONE})
    traits = replace(HibariEngine.traits, reference_s=(1.0, 2.0))
    heard: Signal | None = None

    def clone(self, reference):
        self.heard = reference
        return self.stock_asset("heart")


@pytest.fixture(scope="module")
def recording() -> Signal:
    engine = HibariEngine()
    return Signal.mono(spoken(engine, f"{TEXT} {TEXT}", engine.stock_asset("heart")), 24_000)


def test_the_engine_hears_no_more_than_it_takes_and_nothing_of_what_judges_it(recording):
    engine = Cloner()
    found = clone_zero_shot(engine, references(recording), permitted())
    assert engine.heard.duration_s == pytest.approx(2.0)
    assert found.asset == engine.stock_asset("heart")
    assert found.similarity > found.stranger
    assert found.renders == 3


def test_without_a_permit_nothing_is_heard(recording):
    engine, gate = Cloner(), Gate()
    heard = references(recording)
    gate.refusal = PermitRefused("got a withdrawn permit")
    with pytest.raises(PermitRefused):
        clone_zero_shot(engine, heard, permitted(gate))
    assert engine.heard is None


def test_after_a_withdrawal_no_further_sentence_is_spoken(recording):
    gate, said = Gate(), []

    class Withdrawn(Cloner):
        def stream(self, text, voice, **words):
            said.append(text)
            gate.refusal = PermitRefused("got a withdrawn permit")
            return super().stream(text, voice, **words)

    with pytest.raises(PermitRefused):
        clone_zero_shot(Withdrawn(), references(recording), permitted(gate))
    assert len(said) == 1
