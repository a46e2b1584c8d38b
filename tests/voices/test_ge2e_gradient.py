import numpy as np
import pytest

from sayso.voices import embedding
from sayso.voices.embedding import embed_speech
from sayso.voices.gate import speech_of
from sayso.voices.ge2e_gradient import GE2EJudge


@pytest.fixture(scope="module")
def heard(speech):
    return speech_of(speech, embedding.SAMPLE_RATE)


def test_the_gradient_of_the_mel_bands_is_that_of_finite_differences(heard):
    samples, random = heard[:4_800], np.random.default_rng(3)
    weights = random.standard_normal(embedding.mel_bands(samples).shape).astype(np.float32)
    moved = (1e-4 * random.standard_normal(len(samples))).astype(np.float32)
    ends = [float((embedding.mel_bands(samples + sign * moved) * weights).sum(dtype=float)) for sign in (1, -1)]
    told = float(embedding.mel_gradient(samples, weights) @ moved)
    assert told == pytest.approx((ends[0] - ends[1]) / 2, rel=0.01)


def test_the_cosine_is_that_of_the_network_and_the_gradient_leads_up(heard):
    target = embed_speech(heard)
    judge, samples = GE2EJudge(target), heard[16_000:48_000][::-1].copy()
    cosine, gradient = judge.cosine(samples)
    assert cosine == pytest.approx(float(embed_speech(samples) @ target), abs=1e-4)
    step = 1e-2 * gradient / np.linalg.norm(gradient)
    ends = [judge.cosine(samples + sign * step)[0] for sign in (1, -1)]
    assert (ends[0] - ends[1]) / 2 == pytest.approx(float(gradient @ step), rel=0.1)
