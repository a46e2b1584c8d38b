from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad

from sayso.voices.voice_map import HEARD_NOISE, MAX_COORDINATE, MEASURED_NOISE, VoiceMap

DIMENSIONS = 4
SIZE = 6
WEIGHTS = (1.0, 0.8, 0.5, 0.3)


def world(seed: int):
    """Return a smooth function from points to directions: what the map is to learn."""
    mixing = np.random.default_rng(seed).normal(size=(DIMENSIONS, SIZE))

    def sound(point):
        raw = np.tanh(np.asarray(point) * WEIGHTS @ mixing) + 1.5
        embedding = raw[..., :-1] / np.linalg.norm(raw[..., :-1], axis=-1, keepdims=True)
        return np.concatenate([embedding, 4.0 + 0.3 * raw[..., -1:]], axis=-1)

    return sound


def drawn(seed: int, count: int = 60) -> VoiceMap:
    points = np.random.default_rng(seed + 1).normal(size=(count, DIMENSIONS))
    return VoiceMap(points, world(seed)(points), WEIGHTS)


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_the_slope_is_that_of_the_map(seed):
    random = np.random.default_rng(seed)
    chart, sound = drawn(seed), world(seed)
    for point in random.normal(size=(3, DIMENSIONS)):
        chart.hear(point, sound(point) + 0.05 * random.normal(size=SIZE))
    chart.redraw()
    target = sound(random.normal(size=DIMENSIONS))
    gap = check_grad(
        lambda point: chart.unlikeness(point, target)[0],
        lambda point: chart.unlikeness(point, target)[1],
        random.normal(size=DIMENSIONS),
    )
    assert gap < 1e-5


@given(st.integers(0, 10_000), st.integers(1, 12))
@settings(max_examples=20, deadline=None)
def test_hearing_one_by_one_is_the_textbook_process(seed, count):
    """Against the closed form of the posterior mean with all rows at once."""
    random = np.random.default_rng(seed)
    chart, sound = drawn(seed), world(seed)
    heard = random.normal(size=(count, DIMENSIONS))
    for point in heard:
        chart.hear(point, sound(point))
        chart.redraw()
    rows = np.vstack([chart.measured_points, heard]) * chart.scale
    gram = np.exp(-0.5 * ((rows[:, None] - rows) ** 2).sum(axis=2))
    noise = np.repeat([MEASURED_NOISE, HEARD_NOISE], [len(chart.measured_points), count])
    share = np.linalg.solve(gram + np.diag(noise), sound(np.vstack([chart.measured_points, heard])) - chart.mean)
    point = random.normal(size=DIMENSIONS)
    near = np.exp(-0.5 * ((rows - point * chart.scale) ** 2).sum(axis=1))
    assert chart.expected(point) == pytest.approx(chart.mean + near @ share, abs=1e-7)


def test_far_from_everything_it_expects_the_average():
    chart = drawn(3)
    assert chart.expected(np.full(DIMENSIONS, 1e3)) == pytest.approx(chart.mean)


def test_what_is_heard_again_and_again_is_believed():
    chart = drawn(3)
    point, surprise = np.full(DIMENSIONS, 0.5), np.eye(SIZE)[0]
    before = np.linalg.norm(chart.expected(point) - surprise)
    for _ in range(20):
        chart.hear(point, surprise)
    chart.redraw()
    assert np.linalg.norm(chart.expected(point) - surprise) < 0.3 * before


def test_nearest_climbs_and_stays_in_bounds():
    chart, sound = drawn(5, count=300), world(5)
    hidden = np.array([0.7, -0.4, 0.3, 0.2])
    found = chart.nearest(sound(hidden), [np.zeros(DIMENSIONS)])
    assert sound(found)[:-1] @ sound(hidden)[:-1] > 0.98
    assert abs(sound(found)[-1] - sound(hidden)[-1]) < 0.15
    assert np.abs(found).max() <= MAX_COORDINATE


def test_rehearing_shifts_what_was_measured():
    chart = drawn(7)
    chart.hear(np.zeros(DIMENSIONS), chart.mean)
    chart.redraw()
    shift = np.full(SIZE, 0.2)
    chart.rehear([chart.mean + shift], shift)
    chart.redraw()
    assert chart.expected(np.full(DIMENSIONS, 1e3)) == pytest.approx(chart.mean + shift)
