from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sayso
from sayso.audio import Container
from sayso.audio.signal import Signal
from sayso.audio.tags import read_tags
from sayso.credentials import SignedAudio
from sayso.mark.errors import ChunkMismatch, SealBroken
from sayso.mark.mark import Mark
from sayso.mark.marked import MarkedAudio, sealed
from tests.marked import PERMIT, marked

SOURCE = Path(sayso.__file__).parent


def test_nobody_else_makes_marked_audio():
    with pytest.raises(SealBroken):
        MarkedAudio(Signal.mono(np.zeros(8), 24_000), Mark(1), "prm_aaaaaaaaaaaaaaaa", 0)
    with pytest.raises(SealBroken):
        MarkedAudio(Signal.mono(np.zeros(8), 24_000), Mark(1), "prm_aaaaaaaaaaaaaaaa", 0, seal=object())


def makers_in(tree):
    """Yield each way in which a module makes marked audio or lays hands on what makes it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "MarkedAudio":
            yield "MarkedAudio"
        if isinstance(node, ast.ImportFrom) and node.module in {"sayso.mark", "sayso.mark.marked"}:
            yield from (alias.name for alias in node.names if alias.name in {"marked", "sealed", "_SEAL", "*"})
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name == "sayso.mark.marked")


def test_only_the_embedder_and_reopening_make_marked_audio():
    makers = {
        (path.relative_to(SOURCE).as_posix(), name)
        for path in SOURCE.rglob("*.py")
        for name in makers_in(ast.parse(path.read_text()))
    }
    assert makers == {
        ("mark/marked.py", "MarkedAudio"),
        ("mark/embedder.py", "sealed"),
        ("mark/reopening.py", "sealed"),
    }


def test_the_seal_is_named_in_one_file_only():
    assert [path.name for path in SOURCE.rglob("*.py") if "_SEAL" in path.read_text()] == ["marked.py"]


def test_what_is_marked_cannot_be_altered():
    whole = marked(Signal.mono(np.ones(8), 24_000))
    with pytest.raises(SealBroken):
        replace(whole, signal=Signal.mono(np.zeros(8), 24_000))
    with pytest.raises(SealBroken):
        replace(whole.encoded(Container.WAV), data=b"RIFF")
    with pytest.raises(SealBroken):
        SignedAudio(b"RIFF", PERMIT, "urn:c2pa:1", b"")


def test_a_file_says_what_its_sound_says(speech):
    file = marked(speech, Mark(7)).encoded(Container.FLAC, {"TITLE": "A tale"})
    assert (file.mark, file.permit_id, file.container) == (Mark(7), PERMIT, Container.FLAC)
    assert file.duration_ms == speech.duration_ms
    assert read_tags(file.data, Container.FLAC)["TITLE"] == "A tale"


def test_pieces_are_joined_as_they_were_cut():
    whole = sealed(Signal.mono(np.arange(100) / 200, 24_000), Mark(1), PERMIT, start=40)
    joined = MarkedAudio.joined(list(whole.pieces(7)))
    assert (joined.start, joined.stop, joined.mark, joined.permit_id) == (40, 140, Mark(1), PERMIT)
    assert np.array_equal(joined.signal.samples, whole.signal.samples)


@pytest.mark.parametrize("what", ["nothing", "a gap", "twice", "another mark", "another permit"])
def test_what_does_not_belong_together_is_not_joined(what):
    signal = Signal.mono(np.ones(10), 24_000)
    first, next_ = sealed(signal, Mark(1), PERMIT, start=0), sealed(signal, Mark(1), PERMIT, start=10)
    pieces = {
        "nothing": [],
        "a gap": [first, sealed(signal, Mark(1), PERMIT, start=11)],
        "twice": [first, next_, next_],
        "another mark": [first, sealed(signal, Mark(2), PERMIT, start=10)],
        "another permit": [first, sealed(signal, Mark(1), "prm_" + "b" * 16, start=10)],
    }
    with pytest.raises(ChunkMismatch):
        MarkedAudio.joined(pieces[what])


@pytest.mark.parametrize("most", [1, 7, 100, 101, 1000])
def test_the_pieces_of_marked_audio_are_it_again(most):
    whole = sealed(Signal.mono(np.arange(100) / 200, 24_000), Mark(1), "prm_aaaaaaaaaaaaaaaa", start=40)
    pieces = list(whole.pieces(most))
    assert max(piece.signal.num_samples for piece in pieces) <= most
    assert [piece.start for piece in pieces] == list(range(40, 140, most))
    assert pieces[-1].stop == whole.stop
    assert all((piece.mark, piece.permit_id) == (whole.mark, whole.permit_id) for piece in pieces)
    assert np.array_equal(np.concatenate([piece.signal.samples for piece in pieces], axis=1), whole.signal.samples)
