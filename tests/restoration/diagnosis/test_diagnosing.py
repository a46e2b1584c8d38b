"""The diagnosis as a whole: each fault is found, alone, at its measure; a good recording has none."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.errors import EmptyAudio
from sayso.audio.resample import resample
from sayso.audio.signal import Signal, concatenate
from sayso.restoration import diagnose, diagnose_blocks
from tests.restoration.rooms import in_room, with_hum, with_noise

NAMES = [
    "snr",
    "rt60",
    "c50",
    "drr",
    "chatter",
    "overlap",
    "clipping",
    "hum",
    "rumble",
    "bandwidth",
    "codec",
    "dropouts",
    "clicks",
    "offset",
    "level",
    "plosives",
    "colour",
    "channels",
]


def test_a_good_recording_has_no_fault(speech):
    found = diagnose(speech)
    assert list(found) == NAMES
    assert [each.name for each in found.faults] == []
    assert found["snr"].value > 20
    assert found.duration_s == pytest.approx(speech.duration_s)
    assert all(0 <= each.confidence <= 1 for each in found.values())


@pytest.mark.parametrize("added_db", [0, 10, 20])
def test_noise_is_read(speech, added_db):
    assert diagnose(with_noise(speech, added_db))["snr"].value == pytest.approx(added_db + 2, abs=5)


@pytest.mark.parametrize("added_db", [0, 5, 10, 15])
@pytest.mark.parametrize("edge_hz", [100, 180])
def test_noise_deep_below_the_voice_is_read(speech, added_db, edge_hz):
    """A rumble of ``edge_hz`` and less, without a constant offset."""
    white = np.random.default_rng(edge_hz).standard_normal(speech.num_samples)
    spectrum, hertz = np.fft.rfft(white), np.fft.rfftfreq(white.size, 1 / speech.sample_rate)
    rumble = np.fft.irfft(spectrum * ((hertz > 35) & (hertz < edge_hz)), white.size)
    level = np.mean(speech.samples**2) / np.mean(rumble**2) / 10 ** (added_db / 10)
    found = diagnose(Signal.mono(speech.samples[0] + np.sqrt(level) * rumble, speech.sample_rate))
    assert found["snr"].value == pytest.approx(added_db + 2, abs=4)


@pytest.mark.parametrize(("hertz", "beside_db", "is_fault"), [(30, -18, True), (30, -22, False), (70, 0, False)])
def test_rumble_is_sound_below_voices_and_mains(speech, hertz, beside_db, is_fault):
    at = np.arange(speech.num_samples) / speech.sample_rate
    tone = np.sqrt(2 * np.mean(speech.samples**2) * 10 ** (beside_db / 10)) * np.sin(2 * np.pi * hertz * at)
    found = diagnose(Signal.mono(speech.samples[0] + tone + 0.1, speech.sample_rate))["rumble"]
    assert found.is_fault is is_fault
    if hertz < 48:
        assert found.value == pytest.approx(beside_db, abs=0.5)


def test_a_live_room_is_told_from_a_dry_one(speech):
    low = resample(speech, 16_000)
    dry, small, hall = (diagnose(one) for one in (low, in_room(low, 0.4), in_room(low, 1.2)))
    assert dry["c50"].value > small["c50"].value > hall["c50"].value
    assert small["rt60"].value < hall["rt60"].value
    assert hall["rt60"].is_fault


def test_hum_clipping_and_offset_are_named(speech):
    broken = Signal(np.clip(with_hum(speech, 50, -12).samples, -0.2, 0.2) + np.float32(0.05), speech.sample_rate)
    found = diagnose(broken)
    assert {"hum", "clipping", "offset"} <= {each.name for each in found.faults}
    assert found["hum"].note.startswith("50 Hz")
    assert found["offset"].value == pytest.approx(0.05, abs=0.01)


def test_channels_are_looked_at(speech):
    one = speech.samples[0]
    silent = diagnose(Signal(np.stack([one, 0 * one]), speech.sample_rate))["channels"]
    inverted = diagnose(Signal(np.stack([one, -one]), speech.sample_rate))
    assert (silent.value, silent.note) == (1, "channel 2 is silent")
    assert (inverted["channels"].value, inverted["channels"].note) == (1, "channel 2 is inverted")
    assert inverted["level"].value == pytest.approx(diagnose(speech)["level"].value, abs=0.5)
    clipped = np.clip(one * 8, -0.5, 0.5)
    assert diagnose(Signal(np.stack([one, clipped]), speech.sample_rate))["clipping"].value > 0.01


def test_level_and_puffs_of_breath(speech):
    quiet = diagnose(Signal(speech.samples * np.float32(0.003), speech.sample_rate))
    assert quiet["level"].is_fault
    at = np.arange(3_600) / 24_000
    popped = speech.samples[0].copy()
    popped[30_000:33_600] += (0.8 * np.sin(2 * np.pi * 40 * at) * np.hanning(3_600)).astype(np.float32)
    found = diagnose(Signal.mono(popped, 24_000))["plosives"]
    assert found.value == 1
    assert found.places[0][0] == pytest.approx(1.3, abs=0.1)
    assert diagnose(speech)["plosives"].value == 0


def test_a_second_talker_is_heard(speech):
    low = resample(speech, 16_000).samples[0]
    other = np.roll(np.interp(np.arange(0, low.size, 1.25), np.arange(low.size), low).astype(np.float32), 9_000)
    both = low + 0.7 * np.resize(other, low.size)
    found = diagnose(Signal.mono(both, 16_000))
    assert found["overlap"].value > 0.2
    assert found["chatter"].is_fault
    assert found["overlap"].places


def test_a_long_recording_is_told_by_stretches(speech):
    clipped = Signal(np.clip(speech.samples * 8, -0.5, 0.5), speech.sample_rate)
    long = concatenate([speech] * 9 + [clipped] + [speech] * 9)
    found = diagnose(long)
    assert found.duration_s == pytest.approx(long.duration_s)
    start, stop = 9 * speech.duration_s, 10 * speech.duration_s
    assert found["clipping"].is_fault
    assert all(start - 0.1 <= first <= stop for first, _ in found["clipping"].places)
    size = 70_001
    pieces = [long.slice(place, min(place + size, long.num_samples)) for place in range(0, long.num_samples, size)]
    assert diagnose_blocks(pieces) == found


def test_a_blink_of_sound_silence_and_nothing():
    assert diagnose(Signal.mono(np.array([0.1, -0.1]), 8_000))["snr"].value is None
    silence = diagnose(Signal.mono(np.zeros(32_000), 16_000))
    assert silence["snr"].value is None
    assert silence["bandwidth"].value == 0.0
    with pytest.raises(EmptyAudio):
        diagnose(Signal.mono(np.zeros(0), 16_000))


@pytest.mark.parametrize("sample_rate", [8_000, 24_000, 192_000])
@pytest.mark.parametrize("seconds", [0.01, 0.2, 0.5, 0.9, 1.5])
def test_a_sound_too_short_for_a_network_is_diagnosed_all_the_same(seconds, sample_rate):
    buzz = np.sign(np.sin(np.arange(round(seconds * sample_rate)) / sample_rate * 900)).astype(np.float32) / 4
    found = diagnose(Signal(np.stack([buzz, -buzz, buzz]), sample_rate))
    assert list(found) == NAMES


@pytest.mark.parametrize("seconds", [0.1, 0.5, 0.9])
def test_a_word_shorter_than_a_second_is_diagnosed(speech, seconds):
    start = int(np.abs(speech.samples[0]).argmax())
    assert list(diagnose(speech.slice(start, start + round(seconds * speech.sample_rate)))) == NAMES


def test_a_sample_that_is_lost_at_the_rate_of_the_networks_is_no_sound():
    with pytest.raises(EmptyAudio):
        diagnose(Signal(np.full((1, 1), 0.1, np.float32), 192_000))
