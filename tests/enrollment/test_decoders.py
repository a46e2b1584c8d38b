"""Decoders of marks: Sayso's own first, plugins beside it, and none that is not one."""

from __future__ import annotations

import hashlib
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from sayso.enrollment import decoders
from sayso.enrollment.decoders import GROUP, decoder_digests, mark_decoders
from sayso.enrollment.errors import DecoderUnfit
from sayso.enrollment.evidence import models_of_the_day
from sayso.enrollment.perth import Perth
from sayso.testing import MarkDecoderConformance
from tests.enrollment.test_perth import marked  # noqa: F401 - a fixture


class Loud:
    """Calls what is loud marked."""

    name = "loud"
    suspect = 2.0

    def digest(self):
        return hashlib.sha256(b"loud 1").hexdigest()

    def score(self, recording):
        return float(np.abs(recording.samples).max(initial=0.0))


class Shapeless:
    name = "loud"


class Broken:
    def __init__(self):
        raise RuntimeError("no weights")


@pytest.fixture
def plugin(monkeypatch):
    """Install a class of this module as a plugin of a name."""
    mark_decoders.cache_clear()

    def install(name, found):
        point = EntryPoint(name, f"{__name__}:{found.__name__}", GROUP)
        monkeypatch.setattr(decoders, "entry_points", lambda group: [point] if group == GROUP else [])

    yield install
    mark_decoders.cache_clear()


def test_a_plugin_is_heard_beside_perth_and_its_digest_stands_in_the_evidence(plugin):
    plugin("loud", Loud)
    assert list(mark_decoders()) == ["perth", "loud"]
    assert decoder_digests() == {"mark_decoder loud": Loud().digest()}
    assert models_of_the_day()["mark_decoder loud"] == Loud().digest()
    assert models_of_the_day()["perth"] == Perth().digest()


@pytest.mark.parametrize(("name", "found"), [("quiet", Loud), ("loud", Shapeless), ("loud", Broken), ("perth", Perth)])
def test_what_is_no_decoder_of_its_name_ends_it(plugin, name, found):
    plugin(name, found)
    with pytest.raises(DecoderUnfit, match=name):
        mark_decoders()


class TestPerth(MarkDecoderConformance):
    def decoder(self):
        return Perth()

    @pytest.fixture(autouse=True)
    def _marked(self, marked):  # noqa: F811
        self.sound = marked

    def marked(self):
        return self.sound


class LoudConformance(MarkDecoderConformance):
    def decoder(self):
        return Loud()


@pytest.mark.parametrize(
    "change",
    [
        {"suspect": float("nan")},
        {"digest": lambda self: "1"},
        {"score": lambda self, _: float("nan")},
        {"score": lambda self, _: 2.0},
        {"score": lambda self, _: np.random.default_rng().random() / 3},
        {"name": ""},
    ],
)
def test_the_conformance_suite_finds_what_is_wrong(change):
    class Wrong(Loud):
        pass

    for name, value in change.items():
        setattr(Wrong, name, value)
    suite = LoudConformance()
    assert suite.broken() == []
    suite.decoder = Wrong
    assert suite.broken()
