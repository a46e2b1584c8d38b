import numpy as np
import pytest

from sayso.engines.kokoro import Kokoro, gradient, graph, spectrum
from sayso.engines.kokoro.styles import styles
from sayso.engines.kokoro.voice import KokoroVoice
from sayso.engines.phonemes import PAD, phonemes, token_ids

RANDOM = np.random.default_rng(5)


def test_the_gradient_of_the_spectrum_is_that_of_finite_differences():
    logits, moved = (size * RANDOM.standard_normal((22, 90)).astype(np.float32) for size in (0.5, 1e-3))
    by_samples = RANDOM.standard_normal(len(spectrum.samples(logits))).astype(np.float32)
    ends = [spectrum.samples(logits + sign * moved).astype(float) @ by_samples for sign in (1, -1)]
    told = float((spectrum.gradient(logits, by_samples) * moved).sum())
    assert told == pytest.approx((ends[0] - ends[1]) / 2, rel=1e-3)


@pytest.mark.slow
def test_the_decoder_taken_down_anew_sounds_alike_and_knows_its_gradient():
    voice = KokoroVoice.from_asset(Kokoro().stock_asset("bf_emma"))
    tokens = token_ids(phonemes("Mind the door."))
    drift = styles().drift_at(len(tokens)).astype(np.float32)
    handed = graph.encode(np.array([PAD, *tokens, PAD]), voice.style + drift, 1.0, 1)
    sentence = gradient.Sentence(handed, graph.source(handed, 1), drift[: graph.TIMBRE])
    spoken = gradient.speak(sentence, voice.timbres(), 1)
    plain = graph.decode(handed, voice.timbres() + sentence.drift, 1)
    levels = [np.log(np.abs(np.fft.rfft(one))[20:8000].reshape(-1, 20).mean(axis=1)) for one in (plain, spoken.samples)]
    apart = levels[0] - levels[1]
    assert np.median(np.abs(apart - np.median(apart))) < 0.2  # it is 3.5 dB softer, to which the climb is blind
    by_samples = 0.01 * RANDOM.standard_normal(len(plain)).astype(np.float32)
    moved = 1e-3 * RANDOM.standard_normal((graph.LAYERS, graph.TIMBRE)).astype(np.float32)
    ends = [
        gradient.speak(sentence, voice.timbres() + sign * moved, 1).samples.astype(float) @ by_samples
        for sign in (1, -1)
    ]
    told = float((spoken.gradient(by_samples) * moved).sum())
    assert told == pytest.approx((ends[0] - ends[1]) / 2, rel=0.15)
