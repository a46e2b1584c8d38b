"""Diagnosis and repair as a whole: what is clean stays, what is broken gets better, nothing gets worse."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.errors import EmptyAudio
from sayso.audio.quality import Dnsmos
from sayso.audio.signal import Signal
from sayso.restoration import repair
from sayso.restoration.diagnosis import diagnose
from sayso.restoration.repair import restore
from tests.restoration.rooms import with_hum, with_noise


def test_a_clean_recording_passes_untouched(speech):
    done = restore(speech)
    assert done.signal is speech
    assert done.repaired == ()
    assert done.after == done.before == done.found.dnsmos


def test_a_noisy_recording_gets_better(speech):
    noisy = with_noise(speech, 8)
    done = restore(noisy)
    assert done.repaired == ("noise",)
    assert done.after.ovr > done.before.ovr + 0.3
    assert done.after.sig >= done.before.sig - 0.1
    assert done.signal.samples.shape == noisy.samples.shape
    again = restore(noisy)
    assert np.array_equal(again.signal.samples, done.signal.samples)
    assert again.found == done.found


def test_hum_and_offset_are_found_and_repaired(speech):
    humming = with_hum(speech, 50, -12)
    assert "hum" in restore(humming).repaired
    broken = Signal(humming.samples + np.float32(0.08), speech.sample_rate)
    done = restore(broken)
    assert done.found.offset == pytest.approx(0.08, abs=1e-3)
    assert done.found.hum_hz == 50
    assert done.found.hum_db is not None
    assert done.repaired[0] == "offset"
    assert done.after.ovr >= done.before.ovr
    assert abs(float(done.signal.samples.mean())) < 1e-3


def test_a_repair_that_does_harm_is_not_kept(speech, monkeypatch):
    def spoil(signal: Signal) -> Signal:
        return Signal(np.sign(signal.samples).astype(np.float32) * np.float32(0.1), signal.sample_rate)

    monkeypatch.setattr(repair, "denoise", spoil)
    noisy = with_noise(speech, 8)
    done = restore(noisy)
    assert done.signal is noisy
    assert done.repaired == ()


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (Dnsmos(3.0, 4.0, 3.0), True),
        (Dnsmos(2.91, 4.0, 2.6), True),
        (Dnsmos(2.89, 4.0, 3.5), False),
        (Dnsmos(3.5, 4.0, 2.59), False),
    ],
)
def test_the_rule_of_no_harm(speech, monkeypatch, after, kept):
    noisy = with_noise(speech, 8)
    before = Dnsmos(sig=3.0, bak=2.0, ovr=2.5)
    found = diagnose(noisy)
    monkeypatch.setattr(repair, "examine", lambda _: (replaced(found, before), None))
    monkeypatch.setattr(repair, "dnsmos", lambda _: after)
    done = restore(noisy)
    assert (done.repaired == ("noise",)) is kept
    assert done.after == (after if kept else before)


def replaced(found, score):
    import dataclasses

    return dataclasses.replace(found, dnsmos=score)


def test_diagnosis_looks_at_each_channel(speech):
    clipped = np.clip(speech.samples * 8, -0.5, 0.5)
    clipped -= clipped.mean()
    found = diagnose(Signal(np.concatenate([speech.samples, clipped + np.float32(0.2)]), speech.sample_rate))
    assert found.clipped_ratio > 0.01
    assert found.offset == pytest.approx(0.2, abs=0.01)


def test_silence_is_not_repaired():
    silence = Signal.mono(np.zeros(32_000), 16_000)
    done = restore(silence)
    assert not done.signal.samples.any()
    assert done.found.snr_db is None
    assert done.found.bandwidth_hz == 0.0


def test_a_blink_of_sound_is_taken():
    assert restore(Signal.mono(np.array([0.1, -0.1]), 8_000)).signal.num_samples == 2


def test_no_samples_are_refused():
    with pytest.raises(EmptyAudio):
        restore(Signal.mono(np.zeros(0), 16_000))
