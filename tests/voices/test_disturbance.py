import numpy as np
import pytest

from sayso.voices.disturbance import Disturbance, narrowed, widened


def test_the_rate_is_lowered_without_moving_the_sound():
    time = np.arange(24_001) / 24_000
    tone = np.sin(2 * np.pi * 440.0 * time).astype(np.float32)
    assert narrowed(tone)[100:200] == pytest.approx(np.sin(2 * np.pi * 440.0 * np.arange(100, 200) / 16_000), abs=1e-3)


def test_what_goes_back_is_the_transpose():
    random = np.random.default_rng(4)
    wide, narrow = (random.standard_normal(count).astype(np.float32) for count in (3001, 2000))
    assert float(narrowed(wide) @ narrow) == pytest.approx(float(wide @ widened(narrow, 3001)), rel=1e-4)
    disturbance = Disturbance(2000, np.random.default_rng(1))
    silence = np.zeros(2000, np.float32)
    by_heard = random.standard_normal(len(disturbance.applied(silence))).astype(np.float32)
    plain = (
        disturbance.applied(narrow)
        - disturbance.noise * disturbance.toned(narrow[disturbance.first : disturbance.first + disturbance.size]).std()
    )
    assert float(plain @ by_heard) == pytest.approx(float(narrow @ disturbance.gradient(by_heard)), rel=1e-4)
