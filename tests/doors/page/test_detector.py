"""The detector of the page, in JavaScript, finds what the public detector in Python finds."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.audio import Container, Signal, decode, encode, resample
from sayso.consent.permit import Action, Gate, Permit
from sayso.ids import GrantId, PermitId, SpeakerId
from sayso.marking import Mark, Marker, MarkKeys
from sayso.marking.detector import Detector
from sayso.marking.passages import scanned
from sayso.marking.pattern import CLOCK_HZ, pattern_of
from sayso.marking.rates import resampled
from sayso.marking.search import search
from sayso.settings import Settings
from sayso.workflows.home import open_home
from sayso.workflows.public_detector import publish

MODULES = Path(str(files("sayso.doors.page")))
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="THE PAGE'S DETECTOR IS NOT TESTED: node is not installed")


def permitted() -> tuple[Gate, Permit]:
    key = Ed25519PrivateKey.generate()
    permit = Permit(
        permit_id=PermitId("prm_aaaaaaaaaaaaaaaa"), grant_id=GrantId("grt_aaaaaaaaaaaaaaaa"), grant_version=1,
        speaker=SpeakerId("spk_aaaaaaaaaaaaaaaa"), epoch=1, voice="voi_aaaaaaaaaaaaaaaa", action=Action.SYNTHESIZE,
        licensee="acme", purpose="audiobook", text_commitment="00", engine_digest="00", voice_digest="00",
        ceiling_ms=60_000, expires="2999-01-01T00:00:00.000Z", nonce="00",
    ).signed(key)  # fmt: skip
    return Gate(key.public_key().public_bytes_raw(), lambda _speaker: 1), permit


def marked_with(keys: MarkKeys, signal: Signal) -> Signal:
    gate, permit = permitted()
    return Marker(keys, gate).embed(signal, Mark(0x0123456789ABCDEF), permit, Action.SYNTHESIZE).signal


def cases_of(speech: Signal, keys: MarkKeys) -> dict[str, Signal]:
    marked = marked_with(keys, speech)
    noise = np.random.default_rng(5).standard_normal(speech.num_samples).astype(np.float32)
    level = np.float32(np.std(speech.samples) / 10)
    long = np.concatenate([speech.samples[0], marked.samples[0], *[speech.samples[0]] * 3])  # more than a window
    return {
        "unmarked": speech,
        "marked": marked,
        "marked, as MP3": decode(encode(marked, Container.MP3)),
        "marked, in noise": Signal.mono(marked.samples[0] + level * noise, CLOCK_HZ),
        "marked with another key": marked_with(MarkKeys.derive(b"the secret of another operator.."), speech),
        "silence": Signal.mono(np.zeros(2 * CLOCK_HZ, np.float32), CLOCK_HZ),
        "too short": Signal.mono(speech.samples[0, :767], CLOCK_HZ),
        "just long enough": Signal.mono(marked.samples[0, 10_000:10_768], CLOCK_HZ),
        "half a second": Signal.mono(marked.samples[0, 24_000:36_000], CLOCK_HZ),
        "one passage in a long file": Signal.mono(long, CLOCK_HZ),
        "16 kHz": resample(marked, 16_000),
        "44.1 kHz": resample(marked, 44_100),
        "stereo": Signal(np.stack([marked.samples[0], speech.samples[0] / 4]), CLOCK_HZ),
        "cut anywhere": Signal.mono(marked.samples[0, 12_345:], CLOCK_HZ),
    }


RESAMPLED = {"16 kHz", "44.1 kHz"}
"""Here the two resamplers differ a little, and with them the statistic."""

PRESENT = {
    "marked", "marked, as MP3", "marked, in noise", "one passage in a long file", "16 kHz", "44.1 kHz", "stereo", "cut anywhere",
}  # fmt: skip


@dataclass
class Answers:
    """What both detectors say of each case."""

    keys: MarkKeys
    signals: dict[str, Signal]
    page: dict[str, dict]


@pytest.fixture(scope="module")
def answers(speech, tmp_path_factory) -> Answers:
    folder = tmp_path_factory.mktemp("page")
    home = open_home(Settings(home=folder / "home"))
    publish(home, folder / "key.json")
    signals = cases_of(speech, home.mark_keys)
    return Answers(home.mark_keys.public, signals, dict(zip(signals, run(folder, signals.values()), strict=True)))


def run(folder: Path, signals) -> list[dict]:
    cases = []
    for number, signal in enumerate(signals):
        file = folder / f"{number}.f32"
        file.write_bytes(signal.samples.astype("<f4").tobytes())
        cases.append({"file": str(file), "channels": signal.num_channels, "rate": signal.sample_rate})
    (folder / "cases.json").write_text(json.dumps(cases))
    words = [
        NODE,
        str(Path(__file__).parent / "run.mjs"),
        str(MODULES),
        str(folder / "key.json"),
        str(folder / "cases.json"),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


NAMES = sorted(
    [*PRESENT, "unmarked", "marked with another key", "silence", "too short", "just long enough", "half a second"]
)


@pytest.mark.parametrize("name", NAMES)
def test_statistic_chance_and_segments_are_those_of_the_detector_in_python(answers, name):
    page, signal = answers.page[name]["detected"], answers.signals[name]
    samples = resampled(signal.samples, signal.sample_rate, CLOCK_HZ)
    near = 0.05 if name in RESAMPLED else 2e-4
    if samples.shape[1] >= 768:
        assert page["statistic"] == pytest.approx(search(samples, pattern_of(answers.keys))[1][0].statistic, abs=near)
    python = Detector(answers.keys).detect(signal)
    assert page["present"] is python.present
    assert page["log10P"] == pytest.approx(python.log10_p, abs=10 * near, rel=10 * near)
    assert page["pValue"] == pytest.approx(python.p_value, rel=1 if name in RESAMPLED else 0.01)
    assert np.array(page["segments"]) == pytest.approx(np.array(python.segments), abs=0.03)


@pytest.mark.parametrize("name", NAMES)
def test_passages_are_those_of_sayso_detect(answers, name):
    page, signal = answers.page[name]["scanned"], answers.signals[name]
    samples = resampled(signal.samples, signal.sample_rate, CLOCK_HZ)
    python = scanned([Signal(samples, CLOCK_HZ)], Detector(answers.keys))
    assert page["present"] is python.present is (name in PRESENT)
    near = 0.5 if name in RESAMPLED else 2e-3
    assert page["log10P"] == pytest.approx(python.log10_p, abs=near, rel=near / 100)
    spans = [(one.start_s, one.end_s) for one in python.passages]
    assert [(one["startS"], one["endS"]) for one in page["passages"]] == [
        pytest.approx(span, abs=0.03) for span in spans
    ]


def test_the_words_say_what_was_found_and_no_more(answers):
    said = answers.page["marked"]["said"]
    assert said["verdict"] == "A mark of sayso.local/log is present"
    assert "1 in 10^" in said["chance"]
    said = answers.page["unmarked"]["said"]
    assert said["verdict"] == "No mark of sayso.local/log was found"
    assert "proves nothing" in said["meaning"]
    assert "at most 1.00" in said["chance"]


def test_a_key_that_is_none_is_refused_in_words(tmp_path):
    for key in ({}, {"format": "sayso-detector-key", "version": 2, "algorithm": "sayso-mark-1"}, {
        "format": "sayso-detector-key", "version": 1, "algorithm": "sayso-mark-1", "pilot_cells": "AAAA"}):  # fmt: skip
        (tmp_path / "key.json").write_text(json.dumps(key))
        script = (
            f"import {{patternOf}} from '{(MODULES / 'detector.js').as_uri()}'; import {{readFileSync}} from 'node:fs';"
        )
        script += f"try {{ patternOf(JSON.parse(readFileSync('{tmp_path}/key.json'))) }} catch (e) {{ console.log(e.message) }}"
        done = subprocess.run([NODE, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
        assert "ask the operator for a new page" in done.stdout
