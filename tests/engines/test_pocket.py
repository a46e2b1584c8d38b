"""Pocket TTS by its real package, with tiny random weights in the real files: loading, cloning, streaming, stopping."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.engines import CannotAlign, CannotClone, SpeedInvalid, Stop, Unspeakable, VoiceAsset, VoiceUnfit
from sayso.engines.errors import ReferenceUnfit
from sayso.engines.host import EngineHost, HostedEngine
from sayso.engines.pocket import PocketTts
from sayso.engines.registry import engine as engine_named
from sayso.errors import NotFound
from sayso.models.catalogue import ModelMissing
from tests.engines.tiny_pocket import write_tiny_pocket

pytestmark = pytest.mark.slow

TEXT = "The keeper climbed the narrow stair before dawn."


@pytest.fixture(scope="module", autouse=True)
def weights(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        path = write_tiny_pocket(tmp_path_factory.mktemp("pocket"))
        patch.setenv("SAYSO_MODEL_POCKET_TTS", str(path))
        yield path


@pytest.fixture(scope="module")
def engine(weights):
    engine = PocketTts()
    engine.load()
    return engine


def speech(seconds=6.0, rate=16_000):
    time_s = np.arange(round(seconds * rate)) / rate
    return Signal.mono(0.3 * np.sin(2 * np.pi * 150 * time_s) * np.sin(2 * np.pi * 3 * time_s), rate)


@pytest.fixture(scope="module")
def voice(engine):
    return engine.clone(speech())


def said(engine, voice, **words):
    return [piece.samples[0] for piece in engine.stream(TEXT, voice, **words)]


def test_sound_comes_in_frames_of_80_ms(engine, voice):
    pieces = said(engine, voice)
    assert len(pieces) > 3
    assert {len(piece) for piece in pieces} == {1920}
    assert max(np.abs(piece).max() for piece in pieces) <= 1.0


def test_the_voice_is_the_state_of_the_model_after_the_recording(engine, voice):
    assert voice.kind == "prompt-state"
    assert engine.clone(speech()).digest() == voice.digest()
    other = engine.clone(speech(8.0))
    assert not np.array_equal(np.concatenate(said(engine, other)), np.concatenate(said(engine, voice)))


def test_the_seed_decides_and_the_voice_is_not_used_up(engine, voice):
    first, again, other = (np.concatenate(said(engine, voice, seed=seed)) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_stop_ends_the_frames(engine, voice):
    stop = Stop()
    pieces = engine.stream(f"{TEXT} {TEXT} {TEXT}", voice, stop=stop)
    next(pieces)
    stop.set()
    assert list(pieces) == []
    assert list(engine.stream(TEXT, voice, stop=stop)) == []
    assert len(said(engine, voice)) > 3


@pytest.mark.parametrize("seconds", [1.0, 4.9, 31.0])
def test_too_little_or_too_much_speech_is_refused(engine, seconds):
    with pytest.raises(ReferenceUnfit, match="5 to 30"):
        engine.clone(speech(seconds))


def test_what_it_cannot_do_is_refused(engine, voice):
    for error, act in {
        SpeedInvalid: lambda: said(engine, voice, speed=1.5),
        CannotAlign: lambda: engine.align(TEXT, voice),
        CannotClone: engine.style_space,
        NotFound: lambda: engine.stock_asset("alba"),
    }.items():
        with pytest.raises(error):
            act()
    with pytest.raises(Unspeakable):
        list(engine.stream("...", voice))


@pytest.mark.parametrize("data", [b"", b"rubbish", b"\x00" * 64])
def test_a_damaged_voice_is_refused(engine, data):
    with pytest.raises(VoiceUnfit):
        list(engine.stream(TEXT, VoiceAsset("pocket-tts", "prompt-state", data)))


def test_the_digest_follows_the_weights(engine, weights):
    before = engine.digest()
    assert before == PocketTts().digest()
    file = weights.with_name("model.safetensors")
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert PocketTts().digest() != before
    file.write_bytes(data)


def test_weights_that_are_not_here_are_not_fetched(monkeypatch):
    monkeypatch.delenv("SAYSO_MODEL_POCKET_TTS")
    with pytest.raises(ModelMissing) as missing:
        PocketTts().load()
    assert "sayso.engines.pocket" in missing.value.hint


def test_it_clones_and_speaks_in_a_process_of_its_own(voice, engine):
    assert engine_named("pocket-tts").name == "pocket-tts"
    with EngineHost("pocket-tts") as host:
        hosted = HostedEngine(host)
        assert hosted.clone(speech()).digest() == voice.digest()
        assert np.array_equal(np.concatenate(said(hosted, voice, seed=3)), np.concatenate(said(engine, voice, seed=3)))
