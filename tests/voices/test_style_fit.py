from __future__ import annotations

import itertools

import numpy as np
import pytest

from sayso.audio.quality import Dnsmos
from sayso.audio.signal import Signal, concatenate
from sayso.consent.errors import PermitRefused
from sayso.engines import CannotClone
from sayso.engines.hibari import HibariEngine
from sayso.engines.kokoro import Kokoro
from sayso.voices import Effort, NoVoiceInside, embed_voice, fit, similarity, style_fit
from sayso.voices.sentences import JUDGED, SEARCHED
from tests.voices.references import Gate, permitted, references
from tests.voices.toy import Toy, ToySpace

HIDDEN = (1.4, -0.6)


def spoken(point, sentences):
    engine = Toy()
    return concatenate([next(engine.stream(text, ToySpace().asset(point))) for text in sentences])


@pytest.fixture(scope="module")
def reference() -> Signal:
    return spoken(HIDDEN, ["The morning train was late again.", "Nobody on the platform seemed to mind at all."])


@pytest.fixture
def short(monkeypatch):
    budget = style_fit.SearchBudget(rounds=5, tone_after=(3,), stock=8, settling=2, judged=3)
    monkeypatch.setattr(style_fit, "BUDGETS", dict.fromkeys(Effort, budget))


def test_judged_and_searched_share_no_sentence():
    assert not set(JUDGED) & set(SEARCHED)
    assert len(set(SEARCHED)) == len(SEARCHED)


def test_every_worker_says_every_sentence_in_two_turns():
    rounds = [style_fit.sentences_of(number) for number in range(2 * len(SEARCHED) // style_fit.WORKERS)]
    for worker in range(style_fit.WORKERS):
        assert {said[worker] for said in rounds} == set(SEARCHED)


def test_finds_a_voice_that_is_hidden_in_the_space(reference, short):
    found = fit(Toy(), references(reference), permitted())
    stock = max(
        similarity(embed_voice(spoken(point, JUDGED)), embed_voice(reference)) for point in ToySpace().stock_points()
    )
    point = np.frombuffer(found.asset.data, "<f8")
    assert point[0] == pytest.approx(HIDDEN[0], abs=0.5)
    assert similarity(embed_voice(spoken(point, JUDGED)), embed_voice(reference)) > stock - 0.01
    assert found.similarity_ge2e > 0.75
    assert found.similarity > found.stranger
    assert found.renders == 8 + 5 * 2 + 3 * 2 + 3
    assert 1.0 <= found.naturalness <= 5.0


@pytest.mark.parametrize(("heard", "share"), [((1.0, 3.5, 1.0), 0.9), ((1.0, 1.0, 3.5), 0.8)])
def test_what_is_unnatural_far_out_stays_nearer_to_the_middle(reference, short, monkeypatch, heard, share):
    def voice_if(*numbers):
        quality = iter(numbers)
        monkeypatch.setattr(style_fit, "dnsmos", lambda _: Dnsmos(sig=3.0, bak=3.0, ovr=next(quality)))
        return np.frombuffer(fit(Toy(), references(reference), permitted()).asset.data, "<f8")

    far = voice_if(3.5, 1.0, 1.0, 3.0)  # a price that no similarity makes up for
    assert voice_if(*heard, 3.0) == pytest.approx(share * far)


@pytest.mark.slow
def test_same_seed_same_voice_and_another_seed_another(reference, short):
    voices = [fit(Toy(), references(reference), permitted(), seed=seed) for seed in (1, 1, 2)]
    assert voices[0].asset == voices[1].asset
    assert voices[0].similarity == voices[1].similarity
    assert voices[0].asset != voices[2].asset


def test_progress_never_falls_and_ends_at_one(reference, short):
    parts = []
    fit(Toy(), references(reference), permitted(), effort=Effort.FAST, progress=parts.append)
    assert all(later >= earlier for earlier, later in itertools.pairwise(parts))
    assert 0.0 < parts[0] < 0.2
    assert parts[-1] == 1.0


@pytest.mark.slow
def test_several_references_are_one_speaker(reference, short):
    half = reference.num_samples // 2
    parts = [reference.slice(0, half), reference.slice(half, reference.num_samples)]
    assert fit(Toy(), references(*parts), permitted()).similarity == pytest.approx(
        fit(Toy(), references(reference), permitted()).similarity, abs=0.05
    )


@pytest.mark.parametrize("signals", [[], [Signal.mono(np.zeros(48_000, np.float32), 24_000)]])
def test_no_voice_inside(signals, short):
    with pytest.raises(NoVoiceInside):
        fit(Toy(), references(*signals), permitted())


def test_a_withdrawal_stops_the_search(reference, short):
    gate, heard = Gate(), []

    def withdraw(part):
        heard.append(part)
        gate.refusal = PermitRefused("withdrawn", reasons=["withdrawn"])

    with pytest.raises(PermitRefused):
        fit(Toy(), references(reference), permitted(gate), progress=withdraw)
    assert len(heard) == 8  # the stock voices, which were being heard together
    assert gate.asked[0]["engine_digest"] == Toy().digest()
    assert {words["text_commitment"] for words in gate.asked} == {"00"}


def test_an_engine_with_stock_voices_only_cannot_clone(reference):
    with pytest.raises(CannotClone):
        fit(HibariEngine(), references(reference), permitted())


@pytest.mark.slow
def test_kokoro_comes_near_another_engine_in_few_renders(speech, monkeypatch):
    budget = style_fit.SearchBudget(rounds=1, tone_after=(1,), stock=0, settling=1, judged=1)
    monkeypatch.setattr(style_fit, "LAYERED_BUDGETS", {Effort.FAST: budget})
    found = fit(Kokoro(), references(speech), permitted(), effort=Effort.FAST)
    assert found.renders == 1 * 2 + 3 * 1 + 1
    assert found.similarity_ge2e > 0.6
    assert found.asset.engine == "kokoro"


@pytest.mark.slow
def test_a_voice_goes_on_from_another_and_tells_how_alike_it_is(speech, monkeypatch):
    budget = style_fit.SearchBudget(rounds=0, tone_after=(), stock=0, settling=1, judged=2, climb=6, checks=2)
    monkeypatch.setattr(style_fit, "LAYERED_BUDGETS", {Effort.FAST: budget})
    told = []
    first = fit(Kokoro(), references(speech), permitted(), effort=Effort.FAST, progress=told.append)
    assert any(getattr(part, "note", "").startswith("similarity 0.") for part in told)
    assert told == sorted(told)
    second = fit(Kokoro(), references(speech), permitted(), effort=Effort.FAST, start=first.asset)
    assert second.renders == first.renders - 3  # the start was found before
    assert second.similarity > first.similarity - 0.02
