"""A recording that another system marked, or whose file says that a system made it, goes to a person."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sayso.audio import Container, Signal, encode
from sayso.audio.tags import tagged
from sayso.credentials.claim import SYNTHETIC
from sayso.enrollment import labelled
from sayso.enrollment.labelled import check_labels, states_synthesis
from sayso.labels.fields import Origin
from tests.credentials.conftest import authority, claim, make_authority, plain  # noqa: F401 - fixtures
from tests.enrollment.test_perth import marked, unmarked  # noqa: F401 - fixtures
from tests.marked import sign

QUIET = Signal.mono(np.random.default_rng(0).normal(0, 0.01, 24_000).astype(np.float32), 24_000)
ORIGIN = Origin("Northwind", "clp_1", "0" * 16, "2026-11-30T12:00:00Z", "kokoro", replica=True)
XMP = b'<rdf:Description Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/%s"/>'


class Hears:
    suspect = 0.5

    def __init__(self, *scores):
        self.scores = list(scores)

    def score(self, _):
        return self.scores.pop(0)


def test_a_mark_of_perth_is_a_review_wherever_it_lies(marked, unmarked):  # noqa: F811
    for recordings in ([marked, unmarked], [unmarked, marked]):
        found = check_labels(recordings, [])
        assert found.verdict == "review"
        assert found.reasons == ("a recording carries the mark of perth: a system made it",)
    assert (found.figures["perth"], found.figures["files"]) == (pytest.approx(6.13, abs=0.05), 0)
    assert check_labels([unmarked], [b"RIFF"]).verdict == "pass"


@pytest.mark.parametrize(
    ("scores", "verdict", "figure"),
    [
        ((0.4, 0.2), "pass", 0.4),
        ((0.1, 0.5), "review", 0.5),
        ((np.nan, 0.1), "review", None),
        ((0.1, np.nan), "review", None),
    ],
)
def test_the_highest_score_of_a_decoder_decides_and_no_number_is_no_pass(monkeypatch, scores, verdict, figure):
    monkeypatch.setattr(labelled, "mark_decoders", lambda: {"other": Hears(*scores)})
    found = check_labels([QUIET, QUIET], [])
    assert (found.verdict, found.figures["other"]) == (verdict, figure)


@pytest.mark.parametrize("container", list(Container))
def test_what_sayso_writes_into_a_file_is_read(container):
    file = encode(QUIET, container)
    assert not states_synthesis(file)
    assert not states_synthesis(tagged(file, container, {"TITLE": "AIGC {} algorithmic media, disclosed"}))
    for tags in ({"AIGC": ORIGIN.aigc()}, {"AI_DISCLOSURE": ORIGIN.disclosure()}, {"AI_VOICE": ORIGIN.voice}):
        assert states_synthesis(tagged(file, container, tags)), tags


@pytest.mark.parametrize("label", ["1", "2", "3"])
def test_the_chinese_label_is_read_however_sure_it_is(label):
    value = json.dumps({"Label": label, "ContentProducer": "somebody"})
    assert states_synthesis(b"AIGC\0\0\0\0data" + value.encode())
    assert states_synthesis("TXXX\0AIGC\0".encode("utf-16-le") + value.encode("utf-16-le"))
    assert not states_synthesis(b'AIGC {"Label": "0"}')


@pytest.mark.parametrize(
    "kind", [b"trainedAlgorithmicMedia", b"compositeWithTrainedAlgorithmicMedia", b"compositeSynthetic"]
)
def test_the_source_type_of_xmp_is_read_and_a_recordings_is_not_one(kind):
    assert states_synthesis(encode(QUIET, Container.WAV) + b"_PMX" + XMP % kind)
    assert not states_synthesis(encode(QUIET, Container.WAV) + b"_PMX" + XMP % b"digitalCapture")


@pytest.mark.parametrize("container", [Container.WAV, Container.FLAC, Container.MP3, Container.M4A])
def test_content_credentials_are_read(container, plain, claim, authority):  # noqa: F811
    file = sign(plain(container), container, claim=claim, authority=authority)
    assert not states_synthesis(plain(container))
    assert SYNTHETIC.encode() in file
    assert states_synthesis(file)
    assert states_synthesis(file[:-100])  # damaged, and still said
