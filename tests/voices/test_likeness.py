import numpy as np
import pytest

from sayso.voices import campplus
from sayso.voices.gate import speech_of
from sayso.voices.likeness import Parted, in_words, nearest_stranger


def test_what_is_put_aside_is_not_heard(speech):
    whole = speech_of(speech, 16_000)
    parted = Parted.of([speech])
    assert np.array_equal(np.concatenate([parted.heard, parted.aside]), whole)
    assert len(parted.aside) == pytest.approx(0.3 * len(whole), abs=16_001)


def test_a_speaker_is_alike(speech):
    found = Parted.of([speech]).likeness([speech])
    assert found.campplus > 0.7
    assert found.ge2e > 0.8


def test_the_crowd_knows_its_own_and_no_noise(speech):
    """The fixture speaks with a voice of the crowd."""
    noise = np.random.default_rng(0).standard_normal(32_000).astype(np.float32)
    assert nearest_stranger(campplus.embed_voice(speech)) > 0.5
    assert nearest_stranger(campplus.embed_speech(noise)) < 0.5


def test_likeness_in_words():
    said = [in_words(similarity, 0.4) for similarity in (0.85, 0.65, 0.5, 0.3)]
    assert [words.split(":")[0] for words in said] == [
        "very like the speaker",
        "like the speaker",
        "somewhat like the speaker",
        "not like the speaker",
    ]
