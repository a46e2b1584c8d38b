"""The operator's own verifier: a file that is what the settings say, and a check that can only be stricter."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import numpy as np
import pytest

from sayso import models
from sayso.disk import FileMissing
from sayso.enrollment.checking import check_enrollment
from sayso.enrollment.errors import VerifierInvalid
from sayso.enrollment.verifier import Verifier, check_verifier, opened_verifier
from sayso.errors import Invalid
from sayso.settings import Settings
from sayso.voices.errors import NoVoiceInside
from sayso.workflows.enrollment.verifying import verifier_of
from tests.enrollment.test_intake import NOTHING, Says
from tests.recognition.echo import Echo

SECOND = 16_000


class Network:
    """A network that tells voices apart by the sign of what it is fed, or by what it is told to."""

    def __init__(self, shape, told=None):
        self.fed, self.shape, self.told = [], shape, told

    def get_inputs(self):
        return [SimpleNamespace(name="fed", shape=self.shape)]

    def run(self, _, feeds):
        self.fed.append(feeds["fed"])
        return [self.told if self.told is not None else np.array([[1.0, np.sign(feeds["fed"].mean())]])]


def verifier(shape=(1, "samples"), *, passes=0.9, reviews=0.1, told=None):
    return Verifier(Network(shape, told), "0" * 64, passes, reviews)


def speech(level, seconds=2):
    return np.full(seconds * SECOND, level, np.float32)


@pytest.mark.parametrize(
    ("spoken", "passes", "reviews", "expected"),
    [
        ([0.1, 0.1], 0.9, 0.1, "pass"),
        ([0.1, -0.1], 0.9, 0.1, "review"),  # 0.7 together, one alone 0
        ([0.1, 0.1, 0.1, -0.1], 0.9, -0.1, "pass"),
        ([0.1, 0.1, 0.1, -0.1], 0.9, 0.1, "review"),  # one sample alone is another's
        ([-0.1], 0.9, 0.1, "refuse"),
        ([0.1], 1.0001, -1.0, "review"),  # thresholds that nobody has told yet
    ],
)
def test_the_cosine_to_all_samples_and_to_the_least_like_decide(spoken, passes, reviews, expected):
    asked = verifier(passes=passes, reviews=reviews)
    assert check_verifier(asked, speech(0.1), [speech(one) for one in spoken]).verdict == expected


def test_a_network_of_bands_is_given_bands_and_one_of_sound_a_minute_at_most():
    of_bands, of_sound = verifier((1, "frames", 80)), verifier()
    for one in (of_bands, of_sound):
        one.embedding(speech(0.1, seconds=61))
    assert of_bands.network.fed[0].shape[2] == 80
    assert of_sound.network.fed[0].shape == (1, 60 * SECOND)


@pytest.mark.parametrize("told", [np.zeros((1, 4)), np.full((1, 4), np.nan)])
def test_what_is_no_embedding_is_an_error_and_no_verdict(told):
    with pytest.raises(VerifierInvalid, match="expected one of numbers"):
        verifier(told=told).embedding(speech(0.1))


def test_too_little_speech_is_told():
    with pytest.raises(NoVoiceInside):
        verifier().embedding(speech(0.1)[:100])


def test_its_check_is_one_more_and_can_only_be_stricter(speech):
    found = check_enrollment(
        speech,
        "The keeper climbed.",
        [speech],
        Echo(),
        Says(NOTHING),
        files=[],
        verifier=verifier(passes=1.5, reviews=1.2),
    )
    assert found.checks["speaker"].verdict == "pass"
    assert found.checks["verifier"].verdict == found.verdict == "refuse"


def test_another_file_than_the_settings_name_is_not_opened(tmp_path):
    path = tmp_path / "verifier.onnx"
    with pytest.raises(FileMissing):
        verifier_of(Settings(home=tmp_path, verifier=path, verifier_sha256="0" * 64))
    path.write_bytes(b"x")
    with pytest.raises(VerifierInvalid, match="expected 0000"):
        verifier_of(Settings(home=tmp_path, verifier=path, verifier_sha256="0" * 64))
    assert verifier_of(Settings(home=tmp_path)) is None


def test_a_network_of_other_inputs_is_refused(tmp_path):
    data = models.weights("silero-vad")
    (path := tmp_path / "vad.onnx").write_bytes(data)
    with pytest.raises(VerifierInvalid, match="expected one, "):
        opened_verifier(path, hashlib.sha256(data).hexdigest(), 0.5, 0.3)


@pytest.mark.parametrize(
    "told", [{"verifier": "v.onnx"}, {"verifier_pass": 0.4, "verifier_review": 0.5}]
)  # fmt: skip
def test_settings_that_cannot_hold_are_refused(tmp_path, told):
    with pytest.raises(Invalid, match="verifier_"):
        Settings(home=tmp_path, **told)
