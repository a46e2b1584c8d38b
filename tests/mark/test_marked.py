from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import sayso
from sayso.audio.signal import Signal
from sayso.mark.errors import SealBroken
from sayso.mark.mark import Mark
from sayso.mark.marked import MarkedAudio, sealed

SOURCE = Path(sayso.__file__).parent


def test_nobody_else_makes_marked_audio():
    with pytest.raises(SealBroken):
        MarkedAudio(Signal.mono(np.zeros(8), 24_000), Mark(1), "prm_aaaaaaaaaaaaaaaa", 0)
    with pytest.raises(SealBroken):
        MarkedAudio(Signal.mono(np.zeros(8), 24_000), Mark(1), "prm_aaaaaaaaaaaaaaaa", 0, seal=object())


def makers_in(tree):
    """Yield each way in which a module makes marked audio or lays hands on what makes it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and "MarkedAudio" in ast.unparse(node.func):
            yield "MarkedAudio"
        if isinstance(node, ast.ImportFrom) and node.module in {"sayso.mark", "sayso.mark.marked"}:
            yield from (alias.name for alias in node.names if alias.name in {"marked", "sealed", "_SEAL", "*"})
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name == "sayso.mark.marked")


def test_only_the_embedder_makes_marked_audio():
    makers = {
        (path.relative_to(SOURCE).as_posix(), name)
        for path in SOURCE.rglob("*.py")
        for name in makers_in(ast.parse(path.read_text()))
    }
    assert makers == {("mark/marked.py", "MarkedAudio"), ("mark/embedder.py", "sealed")}


def test_the_seal_is_named_in_one_file_only():
    assert [path.name for path in SOURCE.rglob("*.py") if "_SEAL" in path.read_text()] == ["marked.py"]


@pytest.mark.parametrize("most", [1, 7, 100, 101, 1000])
def test_the_pieces_of_marked_audio_are_it_again(most):
    whole = sealed(Signal.mono(np.arange(100) / 200, 24_000), Mark(1), "prm_aaaaaaaaaaaaaaaa", start=40)
    pieces = list(whole.pieces(most))
    assert max(piece.signal.num_samples for piece in pieces) <= most
    assert [piece.start for piece in pieces] == list(range(40, 140, most))
    assert pieces[-1].stop == whole.stop
    assert all((piece.mark, piece.permit_id) == (whole.mark, whole.permit_id) for piece in pieces)
    assert np.array_equal(np.concatenate([piece.signal.samples for piece in pieces], axis=1), whole.signal.samples)
