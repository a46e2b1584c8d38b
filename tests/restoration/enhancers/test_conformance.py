"""The enhancers of Sayso, and the suite itself: it fails what breaks its promises."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.restoration.enhancers import Enhancer, EnhancerUnfit, enhancer
from sayso.restoration.scorers import DnsmosScorer, ScorerUnfit
from sayso.testing import EnhancerConformance, ScorerConformance


class TestHush(EnhancerConformance):
    def enhancer(self) -> Enhancer:
        return enhancer("hush")


class TestGtcrn(EnhancerConformance):
    def enhancer(self) -> Enhancer:
        return enhancer("gtcrn")


class TestDeepFilterNet(EnhancerConformance):
    def enhancer(self) -> Enhancer:
        return enhancer("deepfilternet")


class TestDuet(EnhancerConformance):
    def enhancer(self) -> Enhancer:
        return enhancer("duet")


class TestDnsmos(ScorerConformance):
    def scorer(self):
        return DnsmosScorer()


class Halver:
    """Halves the sound: an enhancer of its own for the suite to look at."""

    name, licence, sample_rate, latency_s = "halver", "MIT", 16_000, 0.01
    hop, delay = 160, 0

    def digest(self) -> str:
        return "0" * 64

    def stream(self):
        return self

    def push(self, samples):
        return np.float32(0.5) * samples


class Late(Halver):
    def push(self, samples):
        return np.roll(samples, 100)


class Short(Halver):
    def push(self, samples):
        return samples[:-1]


class Nameless(Halver):
    def digest(self) -> str:
        return "?"


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (Late, "test_is_not_shifted_in_time"),
        (Short, "test_as_much_comes_out_as_goes_in"),
        (Nameless, "test_meets_the_protocol"),
        (Halver, "test_noise_goes_rather_than_the_voice"),
    ],
)
def test_the_suite_finds_what_is_broken(broken, check):
    suite = EnhancerConformance()
    suite.enhancer = broken
    with pytest.raises(EnhancerUnfit):
        getattr(suite, check)()


def test_the_suite_finds_a_scorer_that_likes_noise():
    class Upside(DnsmosScorer):
        def score(self, signal, reference=None):
            return {name: -value for name, value in super().score(signal, reference).items()}

    suite = ScorerConformance()
    suite.scorer = Upside
    with pytest.raises(ScorerUnfit):
        suite.test_what_is_worse_scores_lower()
