"""Chatterbox by its real package, with random weights in the real files: loading, cloning, speaking, stopping."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.engines import CannotAlign, CannotClone, SpeedInvalid, Stop, Unspeakable, VoiceAsset, VoiceUnfit
from sayso.engines.chatterbox import ChatterboxTts
from sayso.engines.errors import ReferenceUnfit
from sayso.errors import NotFound
from sayso.models.catalogue import ModelMissing
from tests.engines.tiny_chatterbox import shrink, write_tiny_chatterbox

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # the packages beneath it warn of each other


def speech(seconds=6.5, rate=16_000):
    time_s = np.arange(round(seconds * rate)) / rate
    return Signal.mono(0.3 * np.sin(2 * np.pi * 150 * time_s) * np.sin(2 * np.pi * 3 * time_s), rate)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        shrink(patch)
        folder = write_tiny_chatterbox(tmp_path_factory.mktemp("chatterbox"))
        patch.setenv("SAYSO_MODEL_CHATTERBOX_TTS", str(folder))
        engine = ChatterboxTts()
        engine.load()
        yield engine


@pytest.fixture(scope="module")
def voice(engine):
    return engine.clone(speech())


def test_a_clone_speaks_clause_by_clause(engine, voice):
    assert voice.kind == "conditionals"
    pieces = list(engine.stream("Keeper, keeper.", voice, early=True))
    assert len(pieces) == 2
    assert all(piece.num_samples > 0 and np.abs(piece.samples).max() <= 1.0 for piece in pieces)


def test_a_stop_breaks_off_within_a_clause(engine, voice):
    stop = Stop()
    engine._model.t3.tfmr.register_forward_hook(lambda *_: stop.set())
    assert list(engine.stream("Keeper.", voice, stop=stop)) == []
    assert stop.is_set()


def test_what_it_cannot_do_is_refused(engine, voice):
    for error, act in {
        SpeedInvalid: lambda: list(engine.stream("Keeper.", voice, speed=1.5)),
        CannotAlign: lambda: engine.align("Keeper.", voice),
        CannotClone: engine.style_space,
        NotFound: lambda: engine.stock_asset("one"),
        Unspeakable: lambda: list(engine.stream("...", voice)),
        ReferenceUnfit: lambda: engine.clone(speech(5.0)),
    }.items():
        with pytest.raises(error):
            act()


@pytest.mark.parametrize("data", [b"", b"rubbish", b"\x00" * 64])
def test_a_damaged_voice_is_refused(engine, data):
    with pytest.raises(VoiceUnfit):
        list(engine.stream("Keeper.", VoiceAsset("chatterbox-tts", "conditionals", data)))


def test_weights_that_are_not_here_are_not_fetched(engine, monkeypatch, tmp_path):
    assert len(engine.digest()) == 64
    monkeypatch.setenv("SAYSO_MODEL_CHATTERBOX_TTS", str(tmp_path))
    with pytest.raises(ModelMissing) as missing:
        ChatterboxTts().digest()
    assert "sayso.engines.chatterbox" in missing.value.hint
