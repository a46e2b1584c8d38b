import numpy as np
import pytest

from sayso.engines.kokoro import Kokoro, gradient, graph, spectrum
from sayso.engines.kokoro.styles import styles
from sayso.engines.kokoro.voice import KokoroVoice
from sayso.engines.phonemes import PAD, phonemes, token_ids


@pytest.fixture
def random():
    """Return numbers that do not hang on which tests ran before."""
    return np.random.default_rng(5)


def test_the_gradient_of_the_spectrum_is_that_of_finite_differences(random):
    logits, moved = (size * random.standard_normal((22, 90)).astype(np.float32) for size in (0.5, 1e-3))
    by_samples = random.standard_normal(len(spectrum.samples(logits))).astype(np.float32)
    ends = [spectrum.samples(logits + sign * moved).astype(float) @ by_samples for sign in (1, -1)]
    told = float((spectrum.gradient(logits, by_samples) * moved).sum())
    assert told == pytest.approx((ends[0] - ends[1]) / 2, rel=1e-3)


def test_the_samples_are_those_of_the_graph():
    logits = np.full((22, 5), -20.0, np.float32)
    logits[11:] = 0.0
    logits[2, 2] = 0.0  # one frame, one bin: a windowed cosine of two periods
    made = spectrum.samples(logits)
    assert len(made) == 20
    assert np.abs(made).max() == pytest.approx(0.1, rel=0.05)  # 2 / 20, not divided by the windows' sum of 1.5


@pytest.mark.slow
def test_the_decoder_taken_down_anew_sounds_alike_and_knows_its_gradient(random):
    voice = KokoroVoice.from_asset(Kokoro().stock_asset("bf_emma"))
    tokens = token_ids(phonemes("Mind the door."))
    drift = styles().drift_at(len(tokens)).astype(np.float32)
    handed = graph.encode(np.array([PAD, *tokens, PAD]), voice.style + drift, 1.0, 1)
    sentence = gradient.Sentence(handed, graph.source(handed, 1), drift[: graph.TIMBRE])
    spoken = gradient.speak(sentence, voice.timbres(), 1)
    plain = graph.decode(handed, voice.timbres() + sentence.drift, 1)
    assert float(spoken.samples @ plain) == pytest.approx(float(plain @ plain), rel=0.1)  # the same level, too
    assert len(gradient.speak(sentence.cut(0.4, 1.0), voice.timbres(), 1).samples) == 24_000
    by_samples = 0.01 * random.standard_normal(len(plain)).astype(np.float32)
    moved = 1e-3 * random.standard_normal((graph.LAYERS, graph.TIMBRE)).astype(np.float32)
    ends = [
        gradient.speak(sentence, voice.timbres() + sign * moved, 1).samples.astype(float) @ by_samples
        for sign in (1, -1)
    ]
    told = float((spoken.gradient(by_samples) * moved).sum())
    assert told == pytest.approx((ends[0] - ends[1]) / 2, rel=0.15)
