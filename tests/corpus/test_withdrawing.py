"""A withdrawal leaves no text, no embedding and no voice of the speaker on the disk of the corpus."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.errors import CorpusSpeakerUnknown
from sayso.corpus.stages import Clean
from sayso.corpus.withdrawing import withdrawn
from sayso.corpus.worklog import WorklogWriter
from tests.corpus.rows import row

GONE, STAYS = 1, 2
TEXT = "the lamp burned all night, said speaker {}"


def made(number, speaker):
    return row(number, speaker, text=TEXT.format(speaker))


def traces(one):
    """What tells whose segment it is: the text, and the voice as the catalogue and as the worklog have it."""
    voice = np.asarray(one.embedding, np.float32)
    return [
        one.text.encode(),
        voice[:8].tobytes(),
        json.dumps([round(float(value), 6) for value in voice[:8]])[1:-1].replace(" ", "").encode(),
    ]


def found(corpus, trace):
    return [path.name for path in corpus.path.rglob("*") if path.is_file() and trace in path.read_bytes()]


@pytest.fixture
def held(corpus):
    """A corpus whose catalogue and worklog hold two segments of each of two speakers."""
    segments = [made(number, speaker) for number, speaker in ((1, GONE), (2, GONE), (3, STAYS), (4, STAYS))]
    Catalogue(corpus.path).publish(segments)
    Catalogue(corpus.path).publish(segments)
    with WorklogWriter(Clean(corpus.work, corpus.sounds, Cleaning()).worklog) as worklog:
        for one in segments:
            voice = [round(float(np.float32(value)), 6) for value in one.embedding]
            worklog.add(one.segment, {"text": one.text, "embedding": voice, "audio": ""})
    return corpus, segments


def test_nothing_of_the_speaker_is_left_in_any_file(held):
    corpus, segments = held
    assert all(found(corpus, trace) for one in segments for trace in traces(one))
    withdrawn(corpus, Catalogue(corpus.path), "ext_0001")
    assert not [found(corpus, trace) for one in segments[:2] for trace in traces(one) if found(corpus, trace)]
    assert all(found(corpus, trace) for one in segments[2:] for trace in traces(one))
    everything = [
        path.read_bytes() for path in corpus.path.rglob("*") if path.is_file() and path.name != "withdrawn.json"
    ]
    assert not any(b"ext_0001" in data for data in everything)


def test_the_middle_of_the_voice_is_gone_as_well(held):
    corpus, segments = held
    sums = np.sum([np.asarray(one.embedding, np.float32) for one in segments[:2]], axis=0, dtype=np.float32)
    centroid = (sums / np.linalg.norm(sums)).astype(np.float32)[2:5].tobytes()
    assert found(corpus, centroid)
    withdrawn(corpus, Catalogue(corpus.path), "ext_0001")
    assert not found(corpus, centroid)


def test_who_was_never_there_is_said_not_to_be(held):
    with pytest.raises(CorpusSpeakerUnknown):
        withdrawn(held[0], Catalogue(held[0].path), "ext_9999")
