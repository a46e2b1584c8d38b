from __future__ import annotations

import numpy as np
import pytest

from sayso import models
from sayso.engines.hibari import HibariEngine
from sayso.engines.protocol import VoiceAsset
from sayso.errors import NotFound
from sayso.models.catalogue import ModelMissing, ModelTampered
from sayso.testing.conformance import SENTENCE, EngineConformance, spoken


class TestHibari(EngineConformance):
    def engine(self):
        return HibariEngine()

    def voice(self):
        return self.engine().stock_asset("heart")


def test_speaks_as_the_package_itself_does():
    hibari = pytest.importorskip("hibari")
    engine = HibariEngine()
    ours = spoken(engine, SENTENCE, engine.stock_asset("heart"), seed=5)
    assert np.array_equal(ours, hibari.Hibari()(SENTENCE, seed=5))


def test_the_seed_changes_the_breath_only():
    engine = HibariEngine()
    voice = engine.stock_asset("heart")
    one, other = spoken(engine, SENTENCE, voice, seed=1), spoken(engine, SENTENCE, voice, seed=2)
    assert len(one) == len(other)
    assert not np.array_equal(one, other)
    assert np.corrcoef(one, other)[0, 1] > 0.9


def test_blocks_are_what_the_whole_is():
    engine = HibariEngine()
    voice, long = engine.stock_asset("heart"), f"{SENTENCE} {SENTENCE}"
    blocks = list(engine.stream(long, voice, seed=4, early=True))
    assert len(blocks) > 2
    assert blocks[0].duration_s < 0.5
    together = np.concatenate([block.samples[0] for block in blocks])
    np.testing.assert_allclose(together, spoken(engine, long, voice, seed=4), atol=1e-6)


def test_unknown_stock_voice_in_an_asset():
    engine = HibariEngine()
    with pytest.raises(NotFound):
        list(engine.stream(SENTENCE, VoiceAsset("hibari", "stock", b"\xff\x00")))


@pytest.mark.parametrize(("content", "error"), [(None, ModelMissing), (b"not a model", ModelTampered)])
def test_a_missing_or_changed_model_is_one_clear_error(tmp_path, monkeypatch, content, error):
    path = tmp_path / "hibari.onnx"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SAYSO_MODEL_HIBARI", str(path))
    models.session.cache_clear()
    engine = HibariEngine()
    try:
        with pytest.raises(error):
            engine.load()
    finally:
        models.session.cache_clear()
