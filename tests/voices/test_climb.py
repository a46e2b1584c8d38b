"""The climb on an engine whose one layer is a filter: three numbers, the gains of three bands."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.voices import campplus
from sayso.voices.climb import Climb, Goal
from sayso.voices.disturbance import narrowed
from sayso.voices.gate import speech_of


class Filters:
    """Speech through three bands, each of its own gain."""

    def __init__(self, speech):
        spectrum = np.fft.rfft(resample(speech, 24_000).samples[0][: 24_000 * 2])
        edges = [0, 700, 2500, len(spectrum)]
        parts = [
            np.where((np.arange(len(spectrum)) // 2 >= low) & (np.arange(len(spectrum)) // 2 < high), spectrum, 0)
            for low, high in itertools.pairwise(edges)
        ]
        self.bands = np.stack([np.fft.irfft(one) for one in parts]).astype(np.float32)

    def styles_of(self, asset):
        return np.frombuffer(asset, np.float32).reshape(1, 3)

    def with_styles(self, asset, styles):
        return styles.astype(np.float32).tobytes()

    def spoken(self, asset, text, longest_s):
        return lambda styles, place: SimpleNamespace(
            samples=(np.exp(styles[0]) @ self.bands).astype(np.float32),
            gradient=lambda by: (np.exp(styles[0]) * (self.bands @ by))[None],
        )


@pytest.fixture
def space(speech):
    return Filters(speech)


def likeness(space, goal, asset):
    spoken = space.spoken(asset, "", 9.0)(space.styles_of(asset), 0.0)
    return float(campplus.embed_speech(narrowed(spoken.samples)) @ goal.embedding)


def climbed(space, speech, check=None, told=lambda part: None):
    goal = Goal.of(speech_of(speech, 16_000))
    start = np.array([1.5, -1.0, 0.5], np.float32).tobytes()
    check = check or (lambda asset: likeness(space, goal, asset))
    climb = Climb(space, start, goal, ("one", "two"), np.random.default_rng(1), check, 0.1)
    return goal, start, climb.run(9, 3, told)


def test_a_climb_comes_nearer_and_does_so_again(space, speech):
    goal, start, found = climbed(space, speech)
    assert likeness(space, goal, found) > likeness(space, goal, start)
    assert climbed(space, speech)[2] == found


def test_the_best_is_kept_and_not_the_last(space, speech):
    worth = iter([0.9, 0.3, 0.2, 0.1, 0.1])
    heard = []

    def check(asset):
        heard.append(asset)
        return next(worth)

    assert climbed(space, speech, check)[2] == heard[0]


def test_where_the_way_costs_more_than_it_gains_a_part_of_it_is_kept(space, speech):
    worth = iter([0.05, 0.05, 0.05, 0.2, 0.3])
    heard = []

    def check(asset):
        heard.append(space.styles_of(asset))
        return next(worth)

    _, start, found = climbed(space, speech, check)
    last, longer, half = heard[2:]
    assert np.allclose(half, (space.styles_of(start) + last) / 2, atol=1e-6)
    assert np.allclose(longer - half, 0.2 * (last - space.styles_of(start)), atol=1e-6)
    assert found == space.with_styles(start, half)


def last_voice(space, speech, monkeypatch, score):
    monkeypatch.setattr("sayso.voices.climb.overall_score", lambda samples, threads: (score, lambda: 100 * samples))
    heard = []
    climbed(space, speech, lambda asset: heard.append(space.styles_of(asset)) or 0.0)
    return heard[2]


def test_a_climb_is_pulled_to_what_is_more_natural_as_long_as_it_is_not_natural(space, speech, monkeypatch):
    free, pulled = (last_voice(space, speech, monkeypatch, score) for score in (3.4, 3.0))
    assert (pulled - free).sum() > 0.1  # louder is more natural here


def test_an_error_while_it_is_told_stops_it(space, speech):
    def withdrawn(part):
        raise PermissionError

    with pytest.raises(PermissionError):
        climbed(space, speech, told=withdrawn)


def test_a_goal_is_the_shape_of_the_spectrum_not_its_level(speech):
    heard = speech_of(speech, 16_000)
    quiet = Signal.mono(0.5 * heard, 16_000).samples[0]
    assert Goal.of(quiet).mean == pytest.approx(Goal.of(heard).mean, abs=0.25)
