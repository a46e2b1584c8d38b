"""The detector of the page, in JavaScript, finds what the plain search in Python finds, and what `sayso detect` says."""

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
from sayso.audio.rates import resampled
from sayso.consent.act import Action
from sayso.consent.permit import Gate, Permit
from sayso.ids import GrantId, PermitId, SpeakerId
from sayso.mark import Mark, Marker, MarkKeys
from sayso.mark.detector import Detector
from sayso.mark.passages import scanned
from sayso.mark.pattern import CLOCK_HZ, pattern_of
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance.public_detector import publish
from tests.doors.page import plain

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
    scans: dict[str, dict]


@pytest.fixture(scope="module")
def answers(speech, tmp_path_factory) -> Answers:
    folder = tmp_path_factory.mktemp("page")
    session = open_session(Settings(home=folder / "home"))
    session.installation.__dict__["mark_keys"] = MarkKeys.derive(
        b"the secret of this one operator."
    )  # the same in every run
    publish(session, folder / "key.json")
    signals = cases_of(speech, session.mark_keys)
    names = [*(name for name in signals if name != LONG), *SCANNED]
    told = run(folder, [signals[name] for name in names], first_scanned=len(signals) - 1)
    page = dict(zip(names[: -len(SCANNED)], (one["detected"] for one in told[: -len(SCANNED)]), strict=True))
    return Answers(session.mark_keys.public, signals, page, dict(zip(SCANNED, told[-len(SCANNED) :], strict=True)))


def run(folder: Path, signals: list[Signal], *, first_scanned: int) -> list[dict]:
    """Return what the page says of each signal: of the first by one search, of the others by all that it does."""
    cases = []
    for number, signal in enumerate(signals):
        file = folder / f"{number}.f32"
        file.write_bytes(signal.samples.astype("<f4").tobytes())
        shape = {"channels": signal.num_channels, "rate": signal.sample_rate}
        cases.append({"file": str(file), **shape, "scanned": number >= first_scanned})
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
LONG = "one passage in a long file"  # more than one search: see the passages
SCANNED = ("marked", "unmarked", "too short", LONG)


@pytest.mark.parametrize("name", [name for name in NAMES if name != LONG])
def test_statistic_chance_and_segments_are_those_of_the_plain_search(answers, name):
    page, signal = answers.page[name], answers.signals[name]
    samples = resampled(signal.samples, signal.sample_rate, CLOCK_HZ)
    statistic, log10_p, segments = plain.detect(samples, pattern_of(answers.keys))
    near = 0.05 if name in RESAMPLED else 2e-4
    assert page["statistic"] == pytest.approx(statistic, abs=near)
    assert page["log10P"] == pytest.approx(log10_p, abs=10 * near, rel=10 * near)
    assert page["pValue"] == pytest.approx(10.0 ** max(log10_p, -300), rel=1 if name in RESAMPLED else 0.01)
    assert page["present"] is (log10_p <= -6)
    assert page["present"] is (name in PRESENT) or name == "half a second"  # too little to promise either
    assert len(page["segments"]) == len(segments)
    for ours, theirs in zip(page["segments"], segments, strict=True):
        assert ours == pytest.approx(theirs, abs=0.03)


@pytest.mark.parametrize("name", [name for name in NAMES if name != LONG])
def test_the_verdict_and_the_place_are_those_of_the_detector(answers, name):
    page, python = answers.page[name], Detector(answers.keys).detect(answers.signals[name])
    if name != "half a second":  # near the limit, from which rounding may part them
        assert page["present"] is python.present
    if page["present"] and python.present:
        assert page["segments"][0][0] == pytest.approx(python.segments[0][0], abs=1)
        assert page["segments"][-1][1] == pytest.approx(python.segments[-1][1], abs=1)
        assert page["log10P"] == pytest.approx(python.log10_p, rel=0.1, abs=3)


@pytest.mark.parametrize("name", SCANNED)
def test_passages_are_those_of_sayso_detect(answers, name):
    page, signal = answers.scans[name]["scanned"], answers.signals[name]
    python = scanned(
        [Signal(resampled(signal.samples, signal.sample_rate, CLOCK_HZ), CLOCK_HZ)], Detector(answers.keys)
    )
    assert page["present"] is python.present is (name in PRESENT)
    assert page["durationS"] == pytest.approx(python.duration_s)
    assert page["log10P"] == pytest.approx(python.log10_p, rel=0.1, abs=3)
    assert len(page["passages"]) == len(python.passages)
    for ours, theirs in zip(page["passages"], python.passages, strict=True):
        assert (ours["startS"], ours["endS"]) == pytest.approx((theirs.start_s, theirs.end_s), abs=1)


def test_the_words_say_what_was_found_and_no_more(answers):
    said = answers.scans["marked"]["said"]
    assert said["verdict"] == "A mark of sayso.local/log is present"
    assert "1 in 10^" in said["chance"]
    said = answers.scans["unmarked"]["said"]
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
