"""A catalogue that tests of reading share, and recordings for tests of runs."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("lance", reason="needs the extra corpus")

from sayso.audio import Container, Signal, encode
from sayso.corpus.basis import RecordingBasis
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.program import Runner
from sayso.corpus.running import CorpusRun
from sayso.corpus.view import CorpusView
from tests.corpus.rows import AT, everyone, rows

LICENSED = RecordingBasis.licensed("CC-BY-4.0", "https://www.openslr.org/12")


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    catalogue = Catalogue(tmp_path_factory.mktemp("corpus"))
    catalogue.publish(rows())
    return catalogue


@pytest.fixture
def view(published):
    return CorpusView(published, everyone, at=AT)


@pytest.fixture(scope="session")
def raw(speech, tmp_path_factory):
    """A folder: a recording, the same as MP3, a piece of it, the very same again, noise, and two that are broken."""
    folder = tmp_path_factory.mktemp("raw")
    data = encode(speech, Container.FLAC)
    (folder / "a.flac").write_bytes(data)
    (folder / "again.flac").write_bytes(data)
    (folder / "near.mp3").write_bytes(
        encode(Signal(speech.samples * np.float32(0.5), speech.sample_rate), Container.MP3)
    )
    rng = np.random.default_rng(1)
    hiss = Signal.mono(rng.standard_normal(4 * 16_000).astype(np.float32) / 50, 16_000)
    (folder / "hiss.flac").write_bytes(encode(hiss, Container.FLAC))
    (folder / "broken.flac").write_bytes(data[:40])
    (folder / "text.wav").write_text("no sound at all")
    return folder


@pytest.fixture
def corpus(tmp_path):
    return CorpusFolder.created(tmp_path / "corpora", "lamp")


@pytest.fixture(scope="session")
def done(raw, tmp_path_factory):
    """A corpus of ``raw`` that two native workers went through, and what the run came to."""
    pytest.importorskip("daft", reason="of the extra corpus")
    corpus = CorpusFolder.created(tmp_path_factory.mktemp("home"), "lamp")
    corpus.add(str(raw), LICENSED, {})
    return corpus, CorpusRun(corpus, Runner(workers=2), Cleaning(scores=False)).run()
