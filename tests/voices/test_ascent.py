import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.voices.ascent import CHECKED, CLIMBED, Ascent, Guard
from sayso.voices.likeness import Parted
from sayso.voices.sentences import JUDGED
from tests.voices.test_climb import Filters


def test_what_is_climbed_checked_and_judged_shares_no_sentence():
    assert len({*CLIMBED, *CHECKED, *JUDGED}) == len(CLIMBED) + len(CHECKED) + len(JUDGED)


def test_articulation_hears_other_words_and_not_another_tone(speech):
    guard = Guard.of([speech])
    tone = np.convolve(speech.samples[0], [1.0, -0.7], "same").astype(np.float32)
    toned = Signal.mono(tone, speech.sample_rate)
    other = Signal.mono(speech.samples[0][::-1].copy(), speech.sample_rate)
    assert guard.articulation([toned]) > 0.9
    assert guard.articulation([other]) < 0.5
    assert guard.price([speech]) == 0.0
    assert guard.price([other]) > 0.2


def test_what_is_less_natural_than_the_start_pays(speech):
    guard = Guard.of([speech])
    random = np.random.default_rng(0)
    noise = 0.1 * speech.samples[0].std() * random.standard_normal(speech.num_samples)
    hoarse = Signal.mono((speech.samples[0] + noise).astype(np.float32), speech.sample_rate)
    assert guard.price([hoarse]) > 0.1


class Sung(Filters):
    """Filters with a melody, which is noted."""

    def __init__(self, speech):
        super().__init__(speech)
        self.melodies = []

    def with_melody(self, asset, semitones, span, pivot_hz):
        self.melodies.append((semitones, span, pivot_hz))
        return asset

    def say(self, assets, sentences):
        return [
            Signal.mono(self.spoken(asset, "", 9.0)(self.styles_of(asset), 0.0).samples, 24_000) for asset in assets
        ]


@pytest.mark.parametrize("turned", [True, False])
def test_the_pitch_is_matched_first_and_only_once(speech, turned):
    space, told = Sung(speech), []
    start = np.array([1.5, -1.0, 0.5], np.float32).tobytes()
    ascent = Ascent(space, Parted.of([speech]), space.say, np.random.default_rng(1), lambda *one: told.append(one))
    ascent.run(start, steps=2, checks=1, turned=turned)
    assert [part for part, _ in told] == [0.5, 1.0]
    assert all(-1.0 <= alike <= 1.0 for _, alike in told)
    assert len(space.melodies) == int(turned)
    for semitones, span, pivot_hz in space.melodies:
        assert abs(semitones) < 1.0
        assert 0.75 <= span <= 1.35
        assert 60 < pivot_hz < 400
