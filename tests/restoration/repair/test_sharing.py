"""How much of an enhancer is taken: as much as the voice bears, by parts of a long recording, and what it makes."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.restoration.repair.sharing import SHARES, shared_step
from sayso.restoration.repair.steps import applied, noise_step
from sayso.voices.errors import NoVoiceInside
from tests.restoration.rooms import with_noise


def bearing(noisy, least, asked=None):
    """Return an identity of which as much is lost as it may be where ``signal`` is ``least`` away from ``noisy``.

    What is lost rises with the third power of how far it is.
    """

    def told(signal: Signal) -> np.ndarray:
        away = float(np.abs(signal.samples - noisy.samples).mean()) if signal.num_samples == noisy.num_samples else 0.0
        if asked is not None:
            asked.append(away)
        return np.array([max(0.0, 1 - 0.035 * (away / least) ** 3), 0.0], np.float32)

    return told


@pytest.fixture(scope="module")
def noisy(speech):
    return with_noise(speech, 8)


def test_what_it_makes_is_what_its_step_makes(noisy):
    step, made = shared_step(noisy, "hush", bearing(noisy, 1.0), 0.0)
    assert step.parameters["voice"] == SHARES[-1]
    assert np.array_equal(made.samples, applied(step, noisy).samples)


@pytest.mark.parametrize("share", SHARES)
def test_the_largest_share_that_the_voice_bears_is_taken(noisy, share):
    made = applied(noise_step("hush", pauses=0.97, voice=share), noisy)
    away = float(np.abs(made.samples - noisy.samples).mean())
    asked: list[float] = []
    step, _ = shared_step(noisy, "hush", bearing(noisy, away * 1.001, asked), 0.0)
    assert step.parameters["voice"] == share
    assert len(asked) <= 4  # the recording, all of it, and where a doubt is left


def test_shares_are_listened_to_only_where_a_doubt_is_left(noisy):
    made = applied(noise_step("hush", pauses=0.97, voice=0.68), noisy)
    asked: list[float] = []
    away = float(np.abs(made.samples - noisy.samples).mean())
    step, _ = shared_step(noisy, "hush", bearing(noisy, away, asked), 0.0)
    assert step.parameters["voice"] == 0.6
    assert len(asked) == 3  # the recording, all of it, and 0.75: of 0.6 no doubt is left


def test_twenty_seconds_of_a_long_recording_are_compared(noisy):
    times = -(-round(70 * noisy.sample_rate) // noisy.num_samples)
    long = Signal(np.tile(noisy.samples, times), noisy.sample_rate)
    heard = []

    def told(signal: Signal) -> np.ndarray:
        heard.append(signal.duration_s)
        return np.array([1.0, 0.0], np.float32)

    step, made = shared_step(long, "hush", told, 0.0)
    assert made.num_samples == long.num_samples
    assert all(8.0 <= seconds <= 25.0 for seconds in heard)
    assert step.parameters["voice"] == SHARES[-1]


@pytest.mark.parametrize(("likeness", "share"), [(0.9, SHARES[0]), (0.3, None)])
def test_where_no_share_leaves_the_voice_alike_the_least_is_taken_or_none(noisy, likeness, share):
    asked = []

    def told(signal: Signal) -> np.ndarray:
        asked.append(signal)
        return np.array([1.0 if np.array_equal(signal.samples, noisy.samples) else likeness, 0.0], np.float32)

    found = shared_step(noisy, "hush", told, 0.0)
    assert (found[0].parameters["voice"] if found else None) == share
    assert len(asked) <= 4  # the recording, all of it, and the shares down to the least


def among_others(noisy, agreement, rise):
    """Return an identity by which what an enhancer makes agrees with ``noisy`` by ``agreement``.

    The thirds of what it makes are by ``rise`` more alike than those of ``noisy``, which are alike by a half.
    """
    size = noisy.num_samples

    def turned(cosine: float) -> np.ndarray:
        return np.array([cosine, np.sqrt(1 - cosine**2)], np.float32)

    def told(signal: Signal) -> np.ndarray:
        if signal.num_samples == size:
            return turned(1.0 if np.array_equal(signal.samples, noisy.samples) else agreement)
        places = [round(size * third / 3) for third in range(3)]
        of_noisy = [np.array_equal(noisy.slice(at, at + signal.num_samples).samples, signal.samples) for at in places]
        own = np.zeros(4, np.float32)
        own[1 + (of_noisy.index(True) if any(of_noisy) else len(asked) % 3)] = 1.0
        asked.append(signal)
        common = 0.5 if any(of_noisy) else 0.5 + rise
        return np.sqrt(common).astype(np.float32) * np.eye(4, dtype=np.float32)[0] + np.sqrt(1 - common) * own

    asked: list[Signal] = []
    return told


@pytest.mark.parametrize(
    ("others", "agreement", "rise", "share"),
    [
        (0.1, 0.91, 0.0, 0.97),  # alike enough among many
        (0.1, 0.44, -0.2, 0.97),  # another voice is left
        (0.1, 0.46, 0.04, None),
        (0.1, 0.46, 0.06, 0.97),  # nobody was heard, and one voice is left
        (0.02, 0.1, 0.06, 0.97),
        (0.09, 0.44, 0.04, None),
        (0.1, 0.7, 0.09, 0.4),
        (0.1, 0.7, 0.11, 0.97),  # far more of one voice
        (0.09, 0.7, 0.16, 0.4),
        (0.1, 0.89, 0.0, 0.4),
        (0.09, 0.91, 0.0, 0.4),
    ],
)
def test_among_others_it_counts_how_much_more_of_one_voice_is_left(noisy, others, agreement, rise, share):
    found = shared_step(noisy, "hush", among_others(noisy, agreement, rise), others)
    assert (found[0].parameters["voice"] if found else None) == share


def test_alone_a_voice_that_agrees_less_bears_less(noisy):
    step, _ = shared_step(noisy, "hush", among_others(noisy, 0.91, 0.5), 0.0)
    assert step.parameters["voice"] == SHARES[0]


def test_where_the_thirds_hold_no_voice_only_agreement_counts(noisy):
    whole = among_others(noisy, 0.7, 0.2)

    def told(signal: Signal) -> np.ndarray:
        if signal.num_samples < noisy.num_samples:
            raise NoVoiceInside("")
        return whole(signal)

    step, _ = shared_step(noisy, "hush", told, 1.0)
    assert step.parameters["voice"] == SHARES[0]


def test_among_many_the_voice_may_agree_less(noisy):
    made = applied(noise_step("hush", pauses=0.97, voice=0.5), noisy)
    away = float(np.abs(made.samples - noisy.samples).mean())
    taken = [shared_step(noisy, "hush", bearing(noisy, away * 1.001), others) for others in (0.0, 0.09, 0.1)]
    assert [step.parameters["voice"] for step, _ in taken] == [0.5, 0.5, 0.6]
