# ruff: noqa: RUF001 - phonemes are the matter here
"""Words whose sound depends on what stands around them, names, interjections."""

from __future__ import annotations

import pytest

from sayso.engines.phonemes import phonemes, token_ids
from sayso.engines.readings import with_readings

TOLD_APART = [
    ("Nothin' an' then 'neath.", "nˈʌθɪn ænd ðˈɛn nˈiθ"),
    ("Ew, meh.", "ˈiu, mˈɛ"),
    ("Freud heard Ravel and Beethoven.", "fɹˈYd"),
    ("Lead is a metal.", "lˈɛd"),
    ("They had a row about money.", "ɹˈW"),
    ("A row of houses.", "ɹˈO"),
    ("He can play the bass.", "bˈAs"),
    ("Minute particles.", "mInˈut"),
    ("He got his just deserts.", "dəzˈɜɹts"),
    ("Project the image.", "pɹəʤˈɛkt"),
    ("The project failed.", "pɹˈɑʤ"),
    ("It absents nobody. Absent himself.", "æbsˈɛnt hɪm"),
    ("To combat crime.", "kəmbˈæt"),
    ("The old invalid slept.", "ˈɪnvələd"),
    ("A learned man.", "lˈɜɹnəd"),
    ("He learned it.", "lˈɜɹnd"),
    ("A tear in the fabric.", "tˈɛɹ"),
    ("from A to Z", "fɹʌm ˈA tə"),
    ("Apartment four A", "fˈɔɹ ˈA"),
    ("N A C L", "ˈɛn ˈA sˈi"),
    ("in A Tale of Two Cities", "ɪn ɐ tˈAl"),
    ("A man and a B-side", "ɐ mˈæn"),
    ("Have you read it?", "ju ɹˈɛd"),
    ("Metals contract in the cold.", "kəntɹˈækt"),
    ("Polish the silver.", "pˈɑləʃ"),
    ("He speaks Polish.", "pˈOlɪʃ"),
    ("This conflicts with that.", "kənflˈɪkts"),
    ("He will lead the way.", "lˈid"),
    ("a sheet of lead pipe", "lˈɛd"),
    ("Wait a minute.", "mˈɪnət"),
    ("a minute examination", "mInˈut"),
    ("I object!", "əbʤˈɛkt"),
    ("an odd object", "ˈɑbʤəkt"),
    ("They will record it.", "ɹəkˈɔɹd"),
    ("a record", "ɹˈɛkəɹd"),
    ("I refuse to go.", "ɹəfjˈuz"),
    ("the refuse bin", "ɹˈɛfjˌus"),
    ("a bass guitar", "bˈAs"),
    ("He caught a bass.", "bˈæs"),
    ("stand close to me", "klˈOs"),
    ("close the door", "klˈOz"),
    ("she was content to wait", "kəntˈɛnt"),
    ("the content", "kˈɑntɛnt"),
    ("you must desert him", "dəzˈɜɹt"),
    ("the desert", "dˈɛzəɹt"),
    ("Siobhan's hat", "ʃəvˈɔnz"),
    ("in Des Moines", "də mˈYn"),
    ("Goethe and Camus", "ɡˈɜɹtə"),
    ("Come at four p.m. Then we eat.", "pˌiˈɛm. ðˈɛn"),
    ("He chose plan D.", "dˈi."),
    ("J. B. Stone came.", "ʤˈA bˈi stˈOn"),
    ("'Twas cold.", "twˈʌz kˈO"),
    ("a sheet of A four paper", "ˈA fˈɔɹ"),
]


@pytest.mark.parametrize(("text", "sound"), TOLD_APART)
def test_a_word_sounds_as_its_neighbours_ask(text, sound):
    assert sound in phonemes(text)


@pytest.mark.parametrize(
    "text", ["Brrr.", "Tsk tsk.", "Zzz.", "Shh!", "Hmm.", "Mm-hmm.", "Psst!", "Ugh!", "Pfft.", "Argh!"]
)
def test_an_interjection_is_no_string_of_letters(text):
    said = phonemes(text)
    assert token_ids(said)
    assert not any(letter in said for letter in ("ˌɛs", "ˈAʧ", "zˌi", "ˌɑɹ", "tˌi"))


@pytest.mark.parametrize(
    "text", ["The noon train", "a Hugo of the sea", "I read the book.", "Nice weather", "the leader led"]
)
def test_other_words_are_left_alone(text):
    assert "](/" not in with_readings(text.replace("Hugo", "huge"))


def test_a_caller_cannot_say_something_else_than_is_written():
    assert phonemes("[hello](/bˈæd/)") != phonemes("bad")
