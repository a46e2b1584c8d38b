"""Repair as a whole: what is clean stays, what is broken gets better, nothing gets worse."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sayso.audio.errors import EmptyAudio, SilentAudio
from sayso.audio.quality import Dnsmos, dnsmos_brief
from sayso.audio.signal import Signal
from sayso.restoration import restore
from sayso.restoration.diagnosis import Diagnosis, Finding, examine
from sayso.restoration.enhancers import EnhancerUnknown
from sayso.restoration.repair import planner, replayed
from sayso.restoration.repair.planner import ENHANCER
from sayso.restoration.repair.sharing import SHARES
from sayso.restoration.repair.steps import Step, StepUnknown, applied
from tests.restoration.rooms import power, with_hum, with_noise


def test_a_clean_recording_passes_untouched(speech):
    done = restore(speech)
    assert done.signal is speech
    assert done.repaired == done.refused == ()
    assert done.after == done.before


@pytest.mark.parametrize(
    ("snr", "overlap", "is_tried"), [(25.0, 0.0, False), (20.0, 0.0, True), (25.0, 0.3, True), (None, 0.0, True)]
)
def test_others_who_are_heard_in_clear_sound_are_the_speaker(speech, monkeypatch, snr, overlap, is_tried):
    tell(monkeypatch, chatter=(0.3, True), snr=(snr, False), overlap=(overlap, False))
    done = restore(speech, scoring=lambda _: Dnsmos(3.5, 4.2, 3.2))
    assert (done.repaired + done.refused == ("noise",)) is is_tried
    assert (done.signal is speech) is (done.repaired == ())


@pytest.mark.parametrize(
    ("told", "background", "is_tried"),
    [
        ({"snr": (19.0, True)}, 3.5, True),
        ({"snr": (21.0, False)}, 3.5, False),
        ({"snr": (21.0, False), "rumble": (-19.0, True)}, 3.5, True),
        ({"snr": (21.0, False), "rumble": (-19.0, True)}, 3.7, False),
        ({"snr": (19.0, True)}, 3.7, False),
        ({"snr": (None, False)}, 3.5, True),
        ({"snr": (30.0, False)}, 2.7, True),
        ({"snr": (21.0, False)}, 2.9, False),
    ],
)
def test_what_little_noise_a_clean_recording_brings_stays(speech, monkeypatch, told, background, is_tried):
    tell(monkeypatch, **told)
    done = restore(speech, scoring=lambda _: Dnsmos(3.5, background, 3.2))
    assert (done.repaired + done.refused == ("noise",)) is is_tried
    assert (done.signal is speech) is (done.repaired == ())


def test_hum_that_nobody_hears_stays(speech):
    def humming(tone: int, level_db: float) -> Signal:
        at = np.arange(speech.num_samples) / speech.sample_rate
        hum = np.sin(2 * np.pi * 60 * at) + 0.1 * np.sin(2 * np.pi * 60 * tone * at)
        gain = np.sqrt(power(speech.samples) / power(hum)) * 10 ** (level_db / 20)
        return Signal((speech.samples + gain * hum).astype(np.float32), speech.sample_rate)

    assert restore(humming(2, -28)).repaired == ()
    assert restore(humming(5, -19)).repaired == ()
    assert restore(humming(5, -13)).repaired == ("hum",)


def tell(monkeypatch, **values):
    """Have the diagnosis tell ``values``, each with whether it is a fault."""
    real = planner.examine

    def told(signal: Signal):
        found, hum = real(signal)
        made = [
            replace(one, value=values[one.name][0], is_fault=values[one.name][1]) if one.name in values else one
            for one in found.findings
        ]
        return replace(found, findings=tuple(made)), hum

    monkeypatch.setattr(planner, "examine", told)


def test_a_score_that_is_known_is_taken_over_and_changes_nothing(speech):
    noisy = with_noise(speech, 8)
    known = dnsmos_brief(noisy, at_most=3)
    done = restore(noisy, scored=known)
    assert done.before is known
    assert done.steps == restore(noisy).steps != ()


def test_a_noisy_recording_gets_better_and_can_be_made_again(speech):
    noisy = with_noise(speech, 8)
    done = restore(noisy)
    assert done.repaired == ("noise",)
    assert done.after.ovr > done.before.ovr + 0.3
    assert done.after.sig >= done.before.sig - 0.1
    assert done.signal.samples.shape == noisy.samples.shape
    assert len(done.steps[0].digest) == 64
    assert np.array_equal(replayed(done.steps, noisy).samples, done.signal.samples)


def test_hum_and_offset_are_found_and_repaired(speech):
    broken = Signal(with_hum(speech, 50, -12).samples + np.float32(0.08), speech.sample_rate)
    done = restore(broken)
    assert done.repaired[:2] == ("offset", "hum")
    assert abs(float(done.signal.samples.mean())) < 1e-3
    assert power(done.signal.samples - speech.samples) < 0.05 * power(broken.samples - speech.samples)


def test_cut_peaks_and_clicks_are_repaired(speech):
    loud = Signal(speech.samples / np.abs(speech.samples).max(), speech.sample_rate)
    cut = np.round(np.clip(loud.samples, -0.3, 0.3) * 32_767).astype(np.float32) / 32_767
    cut[0, 20_000:140_000:24_000] += 0.6
    done = restore(Signal(cut, speech.sample_rate))
    assert "clicks" in done.repaired
    only_cut = np.clip(loud.samples, -0.3, 0.3).astype(np.float32)
    done = restore(Signal(only_cut, speech.sample_rate))
    assert done.repaired == ("clipping",)
    assert np.abs(done.signal.samples).max() <= 1
    made = done.signal.samples / np.float32(done.steps[0].parameters["gain"])
    assert power(made - loud.samples) < 0.3 * power(only_cut - loud.samples)


def test_a_repair_that_does_harm_is_not_kept(speech, monkeypatch):
    def spoil(step: Step, signal: Signal) -> Signal:
        return Signal(np.sign(signal.samples).astype(np.float32) * np.float32(0.1), signal.sample_rate)

    monkeypatch.setattr(planner, "applied", spoil)
    noisy = with_noise(speech, 8)
    done = restore(noisy)
    assert done.signal is noisy
    assert done.steps == ()
    assert "noise" in done.refused


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (Dnsmos(3.0, 4.0, 3.0), True),
        (Dnsmos(2.91, 4.0, 2.61), True),
        (Dnsmos(2.89, 4.0, 3.5), False),
        (Dnsmos(3.5, 4.0, 2.59), False),
    ],
)
def test_the_rule_of_no_harm(speech, monkeypatch, after, kept):
    scores = iter([Dnsmos(sig=3.0, bak=2.0, ovr=2.5), after])
    monkeypatch.setattr(planner, "dnsmos_brief", lambda _, at_most: next(scores))
    assert (restore(with_noise(speech, 8)).repaired == ("noise",)) is kept


@pytest.mark.parametrize(
    ("chatter", "after", "kept"),
    [
        (0.0, Dnsmos(sig=2.89, bak=4.0, ovr=3.0), False),
        (0.09, Dnsmos(sig=2.89, bak=4.0, ovr=3.0), False),
        (0.1, Dnsmos(sig=2.61, bak=4.0, ovr=3.0), True),
        (0.1, Dnsmos(sig=2.59, bak=4.0, ovr=3.0), False),
        (0.09, Dnsmos(sig=2.91, bak=4.0, ovr=2.59), False),
        (0.1, Dnsmos(sig=2.91, bak=4.0, ovr=2.5), True),
        (0.1, Dnsmos(sig=2.91, bak=4.0, ovr=2.49), False),
    ],
)
def test_among_others_the_scores_may_lose_more(speech, monkeypatch, chatter, after, kept):
    noisy = with_noise(speech, 8)
    found, hum = examine(noisy)
    heard = Finding("chatter", chatter, "ratio", 1.0, is_fault=chatter > 0)
    others = [one for one in found.findings if one.name not in {"chatter", "overlap"}]
    told = Diagnosis((*others, heard, Finding("overlap", 0.0, "ratio", 1.0)), found.duration_s, found.sample_rate)
    scores = iter([Dnsmos(sig=3.0, bak=2.0, ovr=2.5), after])
    monkeypatch.setattr(planner, "examine", lambda _: (told, hum))
    monkeypatch.setattr(planner, "dnsmos_brief", lambda _, at_most: next(scores))
    assert (restore(noisy).repaired == ("noise",)) is kept


def test_a_repair_that_takes_the_voice_away_is_not_kept(speech):
    noisy = with_noise(speech, 8)

    def another(signal: Signal) -> np.ndarray:
        return np.array([1.0, 0.0] if signal is noisy else [0.0, 1.0], np.float32)

    def nobody(_: Signal) -> np.ndarray:
        raise SilentAudio

    assert restore(noisy, identity=another).refused == ("noise",)
    assert restore(noisy, identity=nobody).refused == ("noise",)
    assert restore(noisy, identity=lambda _: np.array([1.0, 0.0], np.float32)).repaired == ("noise",)


def test_a_step_that_is_none_is_refused(speech):
    with pytest.raises(StepUnknown, match="polish"):
        applied(Step("polish"), speech)


def test_silence_and_a_blink_are_not_repaired():
    silence = Signal.mono(np.zeros(32_000), 16_000)
    assert not restore(silence).signal.samples.any()
    assert restore(Signal.mono(np.array([0.1, -0.1]), 8_000)).signal.num_samples == 2
    with pytest.raises(EmptyAudio):
        restore(Signal.mono(np.zeros(0), 16_000))


def test_another_score_may_judge(speech):
    noisy = with_noise(speech, 8)
    heard = []

    def unmoved(signal: Signal) -> Dnsmos:
        heard.append(signal)
        return Dnsmos(3.0, 2.0, 2.5)

    done = restore(noisy, scoring=unmoved)
    assert heard[0] is noisy
    assert done.refused == ("noise",)
    assert done.signal is noisy


@pytest.mark.parametrize(("chatter", "taken"), [(0.09, "duet"), (0.1, "hush")])
def test_among_others_the_enhancer_that_knows_talkers_is_taken(speech, monkeypatch, chatter, taken):
    tell(monkeypatch, chatter=(chatter, True), snr=(8.0, False), overlap=(0.0, False))
    noisy = with_noise(speech, 8)
    assert restore(noisy, identity=sure).steps[-1].parameters["enhancer"] == taken
    assert restore(noisy, identity=sure, enhancer="duet").steps[-1].parameters["enhancer"] == "duet"


def test_noise_is_taken_away_by_the_enhancer_that_is_named(speech):
    noisy = with_noise(speech, 8)
    by = [
        restore(noisy, identity=sure, **named).steps[-1].parameters["enhancer"] for named in ({}, {"enhancer": "hush"})
    ]
    assert by == [ENHANCER, "hush"] == ["duet", "hush"]
    with pytest.raises(EnhancerUnknown, match="nobody"):
        restore(noisy, enhancer="nobody")


def sure(_: Signal) -> np.ndarray:
    """Tell the same voice in everything."""
    return np.array([1.0, 0.0], np.float32)


def shy(noisy: Signal, least: float):
    """Return an identity by which every form is as like ``noisy`` as ``least``."""
    told = np.array([least, np.sqrt(1 - least**2)], np.float32)
    return lambda signal: np.array([1.0, 0.0], np.float32) if signal is noisy else told


def test_a_repair_that_gains_too_little_is_made_fuller_and_can_be_made_again(speech):
    noisy = with_noise(speech, 0)
    plain = restore(noisy, identity=shy(noisy, 0.92))
    fuller = restore(noisy, identity=shy(noisy, 0.92), fuller_below=math.inf)
    assert fuller.repaired == plain.repaired == ("noise",)
    assert fuller.steps[0].parameters["voice"] > plain.steps[0].parameters["voice"] == 0.4
    assert fuller.after.ovr > plain.after.ovr
    assert fuller.after.sig >= fuller.before.sig - 0.1
    assert np.array_equal(replayed(fuller.steps, noisy).samples, fuller.signal.samples)


def test_a_repair_that_gains_enough_is_left_as_it_is(speech):
    noisy = with_noise(speech, 0)
    plain = restore(noisy, identity=shy(noisy, 0.92))
    gained = float(plain.after.ovr - plain.before.ovr)
    assert restore(noisy, identity=shy(noisy, 0.92), fuller_below=gained - 0.01).steps == plain.steps
    assert restore(noisy, identity=shy(noisy, 0.92), fuller_below=gained + 0.01).steps != plain.steps


@pytest.mark.parametrize("least", [0.97, 0.89])
def test_a_voice_that_is_not_told_any_more_and_one_that_bears_all_are_not_made_fuller(speech, least):
    noisy = with_noise(speech, 8)
    plain = restore(noisy, identity=shy(noisy, least))
    assert restore(noisy, identity=shy(noisy, least), fuller_below=math.inf).steps == plain.steps


def test_what_was_refused_may_be_taken_when_it_is_fuller(speech):
    noisy = with_noise(speech, 8)
    scores = iter([Dnsmos(3.0, 2.0, 2.5), Dnsmos(3.0, 2.0, 2.55), *[Dnsmos(3.0, 3.0, 2.9)] * len(SHARES)])
    done = restore(noisy, identity=shy(noisy, 0.92), fuller_below=0.5, scoring=lambda _: next(scores))
    assert (done.repaired, done.refused) == (("noise",), ())
    assert done.steps[0].parameters["voice"] == SHARES[0]  # the others score no better


def test_a_clean_recording_is_never_made_fuller(speech):
    assert restore(speech, identity=sure, fuller_below=math.inf).signal is speech
