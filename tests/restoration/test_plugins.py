"""Enhancers and scorers are found by entry point; one that is unknown or broken is told of."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from sayso.restoration import scorers
from sayso.restoration.enhancers import EnhancerUnfit, EnhancerUnknown, registry
from sayso.restoration.scorers import ScorerUnfit, ScorerUnknown
from tests.restoration.enhancers.test_conformance import Halver


def not_an_enhancer() -> object:
    return object()


def broken() -> object:
    raise RuntimeError("out of order")


@pytest.fixture
def points(monkeypatch):
    def put(group: str, name: str, value: str) -> None:
        found = [EntryPoint(name, f"{__name__}:{value}", group)]
        module = registry if group == registry.GROUP else scorers
        monkeypatch.setattr(module, "entry_points", lambda group: found)
        module.enhancer.cache_clear() if module is registry else module.scorer.cache_clear()

    return put


def test_an_enhancer_of_another_package_is_found(points):
    points(registry.GROUP, "halver", "Halver")
    assert isinstance(registry.enhancer("halver"), Halver)
    assert registry.enhancer_names() == ["deepfilternet", "duet", "gtcrn", "halver", "hush"]


@pytest.mark.parametrize(
    ("name", "value"), [("other", "Halver"), ("x", "not_an_enhancer"), ("x", "broken"), ("x", "absent")]
)
def test_an_enhancer_that_is_none_is_refused(points, name, value):
    points(registry.GROUP, name, value)
    with pytest.raises(EnhancerUnfit, match=name):
        registry.enhancer(name)


def test_an_unknown_name_is_told_which_there_are(points):
    points(registry.GROUP, "halver", "Halver")
    with pytest.raises(EnhancerUnknown, match="duet, gtcrn, halver, hush"):
        registry.enhancer("nobody")
    with pytest.raises(ScorerUnknown, match="dnsmos"):
        scorers.scorer("nobody")


@pytest.mark.parametrize("value", ["not_an_enhancer", "broken"])
def test_a_scorer_that_is_none_is_refused(points, value):
    points(scorers.GROUP, "x", value)
    with pytest.raises(ScorerUnfit, match="x"):
        scorers.scorer("x")
