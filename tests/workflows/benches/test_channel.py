"""The channel of a recording is told by what is wrong with its sound."""

from __future__ import annotations

import pytest

from sayso.audio import Container, Signal, encode, resample
from sayso.fairness.cohort import Cohort, CohortMember
from sayso.fairness.errors import CohortInvalid
from sayso.workflows.benches.channel import with_channels
from tests.restoration.rooms import with_noise


def test_a_channel_is_added_to_the_stratum(speech, tmp_path):
    narrow = resample(resample(speech, 8_000), 24_000)
    sounds = {"clear": speech, "narrow": narrow, "noisy": with_noise(speech, 5)}
    for name, sound in sounds.items():
        (tmp_path / f"{name}.wav").write_bytes(encode(Signal(sound.samples.clip(-1, 1), 24_000), Container.WAV))
    people = [CohortMember(tmp_path / f"{name}.wav", name, "all", stratum="room") for name in sounds]
    found = with_channels(Cohort(tuple(people), 3))
    told = {one.speaker: one.stratum for one in found.members}
    assert "narrow band" in told["narrow"]
    assert "noise" in told["noisy"]
    assert told["clear"] == "room, clear"
    assert all(stratum.startswith("room, ") for stratum in told.values())
    assert found.unconsented == 3


def test_a_recording_without_speech_is_named(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"no sound")
    with pytest.raises(CohortInvalid, match=r"a\.wav: "):
        with_channels(Cohort((CohortMember(tmp_path / "a.wav", "Ada", "all"),), 0))
