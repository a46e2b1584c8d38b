"""Files as they are met: damaged, joined, renamed, with several clips. Verifying and tracing say the same of each."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

from sayso.audio import Container, Signal, concatenate, decode, encode
from sayso.doors.cli.main import run
from sayso.doors.shapes.provenance import trace, verification
from sayso.mark import Mark
from sayso.workflows.consent.granting import Terms, give, withdraw
from sayso.workflows.provenance.marking_files import Batch
from sayso.workflows.provenance.tracing import trace_file
from sayso.workflows.provenance.verifying import verify_file
from sayso.workflows.speech.speaking import speak

FIRST_TEXT = "Every instrument in the orchestra had been tuned, but the conductor was standing in the cold."
OTHER_TEXT = "Nobody had told the captain that the harbour was closed, and so he sailed in under full canvas."


def junk(count):
    """Return the same bytes each time: of others some begin like a frame."""
    return np.random.default_rng(5).bytes(count)


@pytest.fixture
def clips(estate, tmp_path):
    """Return two clips under two grants, and their sounds."""
    other = give(estate.session, Terms(speaker=estate.speaker, licensee="Another House", purposes=("podcast",)))
    first = speak(estate.session, estate.order(text=FIRST_TEXT), tmp_path / "first.wav")
    order = estate.order(text=OTHER_TEXT, licensee="Another House", purpose="podcast")
    second = speak(estate.session, order, tmp_path / "second.wav")
    assert second.grant == other
    return first, second, decode(tmp_path / "first.wav"), decode(tmp_path / "second.wav")


def both(session, file):
    """Return what verifying and tracing say of a file."""
    return verification(verify_file(session, file)), trace(trace_file(session, file))


def names(parts):
    return [(part["verdict"], part["mark"]) for part in parts]


def test_of_two_clips_in_a_file_both_are_named_and_the_worst_decides(estate, clips, tmp_path, monkeypatch, capsys):
    first, second, one, other = clips
    file = tmp_path / "both.wav"
    pause = np.zeros((1, 12_000), dtype=np.float32)
    file.write_bytes(encode(Signal(np.concatenate([one.samples, pause, other.samples], axis=1), 24_000), Container.WAV))
    withdraw(estate.session, second.grant)
    verified, traced = both(estate.session, file)
    expected = [("ours", first.mark), ("ours", second.mark)]
    assert names(verified["clips"]) == names(traced["parts"]) == expected
    assert (verified["mark"], verified["grant_state"], traced["outcome"]) == (second.mark, "withdrawn", "not-allowed")
    estate.session.close()
    monkeypatch.setenv("SAYSO_HOME", str(estate.session.settings.home))
    assert run(["verify", str(file), "--json"]) == 4
    assert [clip["clip"] for clip in json.loads(capsys.readouterr().out)["clips"]] == [first.clip, second.clip]


def test_of_a_clip_in_each_channel_both_are_named(estate, clips, tmp_path):
    first, second, one, other = clips
    length = min(one.num_samples, other.num_samples)
    stereo = Signal(np.concatenate([one.samples[:, :length], other.samples[:, :length]]), 24_000)
    (tmp_path / "stereo.flac").write_bytes(encode(stereo, Container.FLAC))
    verified, traced = both(estate.session, tmp_path / "stereo.flac")
    assert {first.mark, second.mark} == {mark for _, mark in names(verified["clips"])}
    assert {first.mark, second.mark} == {mark for _, mark in names(traced["parts"])}


def test_a_stereo_part_behind_a_mono_one_keeps_its_channels(estate, clips, tmp_path):
    """Mixed into one channel, the second clip would be covered by what the other channel holds."""
    first, second, one, other = clips
    noise = np.random.default_rng(8).normal(0, 0.5, other.samples.shape).astype(np.float32)
    stereo = Signal(np.concatenate([noise, other.samples]), 24_000)
    (tmp_path / "joined.flac").write_bytes(encode(one, Container.FLAC) + encode(stereo, Container.FLAC))
    verified, traced = both(estate.session, tmp_path / "joined.flac")
    assert {mark for _, mark in names(verified["clips"])} == {first.mark, second.mark}
    assert {mark for _, mark in names(traced["parts"])} == {first.mark, second.mark}


@pytest.mark.parametrize("other", [-1.0, 0.0], ids=["inverted", "silent"])
def test_a_channel_that_is_inverted_or_silent_changes_nothing(estate, clips, tmp_path, other):
    first, _, one, _ = clips
    stereo = Signal(np.concatenate([one.samples, np.float32(other) * one.samples]), 24_000)
    (tmp_path / "stereo.wav").write_bytes(encode(stereo, Container.WAV))
    verified, traced = both(estate.session, tmp_path / "stereo.wav")
    assert (verified["verdict"], verified["content"], verified["problem"]) == ("ours", "ours", None)
    assert names(traced["parts"]) == [("ours", first.mark)]


def test_a_clip_so_soft_that_only_a_float_file_holds_it_is_ours(estate, clips, tmp_path):
    first, _, one, _ = clips
    soundfile.write(tmp_path / "soft.wav", 1e-3 * one.samples[0], 24_000, subtype="FLOAT")
    verified, traced = both(estate.session, tmp_path / "soft.wav")
    assert (verified["verdict"], verified["content"]) == ("ours", "ours")
    assert names(traced["parts"]) == [("ours", first.mark)]


@pytest.mark.parametrize("container", ["mp3", "flac", "m4a", "opus"])
def test_junk_and_a_false_name_hide_no_mark(estate, clips, tmp_path, container):
    first, _, one, _ = clips
    file = tmp_path / "film.avi"
    file.write_bytes(junk(64) + encode(one, Container(container)) + junk(128))
    verified, traced = both(estate.session, file)
    assert (verified["verdict"], verified["mark"]) == ("ours", first.mark)
    assert names(traced["parts"]) == [("ours", first.mark)]
    assert verified["skipped"][0].startswith("bytes 0 to 64")


@pytest.mark.parametrize(("container", "name"), [("m4a", "x.mp4"), ("m4a", "x.m4b"), ("mp3", "x"), ("flac", "x.wav")])
def test_credentials_are_read_whatever_a_file_is_called(estate, tmp_path, container, name):
    made = tmp_path / f"out.{container}"
    speak(estate.session, estate.order(), made)
    (tmp_path / name).write_bytes(made.read_bytes())
    credentials = verification(verify_file(estate.session, tmp_path / name))["content_credentials"]
    assert (credentials["present"], credentials["intact"], credentials["trusted"]) == (True, True, True)


@pytest.mark.slow
def test_a_long_file_goes_by_in_windows_and_its_clips_are_named(estate, clips, tmp_path):
    first, second, one, other = clips
    noise = np.random.default_rng(3).normal(0, 0.01, (1, 24_000 * 70)).astype(np.float32)
    sound = np.concatenate([noise, one.samples, noise, other.samples], axis=1)
    (tmp_path / "long.wav").write_bytes(encode(Signal(sound, 24_000), Container.WAV))
    verified, traced = both(estate.session, tmp_path / "long.wav")
    assert names(verified["clips"]) == names(traced["parts"]) == [("ours", first.mark), ("ours", second.mark)]
    assert verified["verdict"] == "ours"


@pytest.mark.parametrize("text", ["Good evening.", "No."])
def test_verifying_and_tracing_agree_on_a_very_short_clip(estate, tmp_path, text):
    """Intact credentials that name the mark are enough for both where the sound is too short to be compared."""
    spoken = speak(estate.session, estate.order(text=text), tmp_path / "short.wav")
    verified, traced = both(estate.session, tmp_path / "short.wav")
    assert (verified["verdict"], verified["mark"]) == ("ours", spoken.mark)
    assert names(verified["clips"]) == names(traced["parts"]) == [("ours", spoken.mark)]
    assert traced["outcome"] == "allowed"


@pytest.mark.parametrize("text", ["Good evening.", "No."])
@pytest.mark.parametrize("container", ["wav", "flac", "mp3", "opus", "m4a"])
def test_a_very_short_clip_is_ours_by_its_content_through_codecs(estate, tmp_path, text, container):
    spoken = speak(estate.session, estate.order(text=text), tmp_path / "short.wav")
    file = tmp_path / f"again.{container}"
    file.write_bytes(encode(decode(tmp_path / "short.wav"), Container(container)))
    verified, traced = both(estate.session, file)
    assert (verified["content_credentials"]["present"], verified["content"]) == (False, "ours")
    assert names(verified["clips"]) == names(traced["parts"]) == [("ours", spoken.mark)]


@pytest.mark.parametrize("number", range(4))
def test_verifying_and_tracing_look_for_a_very_short_clip_at_the_same_places(estate, tmp_path, number):
    """Noise before it hides where it begins, and no more than a second is heard in all."""
    spoken = speak(estate.session, estate.order(text="Good evening."), tmp_path / "short.wav")
    noise = np.random.default_rng(number).normal(0, 0.003, (1, 2400)).astype(np.float32)
    sound = concatenate([Signal(noise, 24_000), decode(tmp_path / "short.wav")])
    (tmp_path / "late.opus").write_bytes(encode(sound, Container.OPUS))
    verified, traced = both(estate.session, tmp_path / "late.opus")
    assert names(verified["clips"]) == names(traced["parts"]) == [("ours", spoken.mark)]


@pytest.mark.parametrize("container", ["wav", "mp3", "opus"])
def test_a_very_short_clip_within_other_speech_is_ours_by_its_content(estate, speech, tmp_path, container):
    spoken = speak(estate.session, estate.order(text="No."), tmp_path / "short.wav")
    (tmp_path / f"within.{container}").write_bytes(
        encode(inserted(speech, decode(tmp_path / "short.wav")), Container(container))
    )
    verified, traced = both(estate.session, tmp_path / f"within.{container}")
    assert names(verified["clips"]) == names(traced["parts"]) == [("ours", spoken.mark)]


@pytest.mark.parametrize("text", ["Good evening.", "Come in now.", "Who is there?", "I told you so."])
def test_a_word_or_two_with_silence_around_are_ours_by_their_content(estate, tmp_path, text):
    spoken = speak(estate.session, estate.order(text=text), tmp_path / "short.wav")
    silence = Signal(np.zeros((1, 48_000), np.float32), 24_000)
    sound = concatenate([silence, decode(tmp_path / "short.wav"), silence])
    (tmp_path / "padded.wav").write_bytes(encode(sound, Container.WAV))
    verified, traced = both(estate.session, tmp_path / "padded.wav")
    assert names(verified["clips"]) == names(traced["parts"]) == [("ours", spoken.mark)]


def test_the_mark_of_a_very_short_clip_on_a_word_within_other_speech_makes_it_none_of_ours(estate, speech, tmp_path):
    spoken = speak(estate.session, estate.order(text="No."), tmp_path / "short.wav")
    (tmp_path / "word.wav").write_bytes(encode(speech.slice(30_000, 41_000), Container.WAV))
    with Batch(estate.session) as batch:
        batch.embed(tmp_path / "word.wav", tmp_path / "copied.wav", Mark.parse(spoken.mark))
    (tmp_path / "within.wav").write_bytes(encode(inserted(speech, decode(tmp_path / "copied.wav")), Container.WAV))
    verified, traced = both(estate.session, tmp_path / "within.wav")
    assert names(verified["clips"]) == names(traced["parts"]) == [("marked", spoken.mark)]


@pytest.mark.parametrize("behind", ["silence", "speech"])
def test_a_clip_that_was_cut_off_at_once_is_not_called_copied(estate, clips, speech, tmp_path, behind):
    first, _, one, _ = clips
    other = speech.slice(0, 96_000) if behind == "speech" else Signal(np.zeros((1, 240_000), np.float32), 24_000)
    sound = concatenate([one.slice(0, 12_000), other])
    (tmp_path / "cut.wav").write_bytes(encode(sound, Container.WAV))
    verified, traced = both(estate.session, tmp_path / "cut.wav")
    # Half a second is mostly too short to be known as ours, and in some homes long enough; it is ours.
    assert names(verified["clips"]) == names(traced["parts"])
    assert names(verified["clips"]) in ([("marked", first.mark)], [("ours", first.mark)])
    assert verified["problem"] is None


def inserted(speech, clip):
    """Return ``speech`` with ``clip`` in its midst."""
    return concatenate([speech.slice(0, 60_000), clip, speech.slice(60_000, 130_000)])


@pytest.mark.parametrize("text", ["No.", FIRST_TEXT], ids=["short", "long"])
def test_the_mark_of_a_very_short_clip_makes_no_other_word_ours(estate, speech, tmp_path, text):
    """The mark of one clip on another word: copied where the word is long enough to tell, otherwise marked, never ours."""
    spoken = speak(estate.session, estate.order(text=text), tmp_path / "short.wav")
    word = speech.slice(30_000, 30_000 + 15_000)
    (tmp_path / "word.wav").write_bytes(encode(word, Container.WAV))
    with Batch(estate.session) as batch:
        batch.embed(tmp_path / "word.wav", tmp_path / "copied.wav", Mark.parse(spoken.mark))
    verified, traced = both(estate.session, tmp_path / "copied.wav")
    assert names(verified["clips"]) == names(traced["parts"])
    assert names(traced["parts"]) in ([("marked", spoken.mark)], [("copied", spoken.mark)])


def test_credentials_whose_bytes_were_changed_vouch_for_nothing(estate, tmp_path):
    spoken = speak(estate.session, estate.order(text="No."), tmp_path / "short.wav")
    data = bytearray((tmp_path / "short.wav").read_bytes())
    data[data.index(b"data") + 2000] ^= 1
    (tmp_path / "short.wav").write_bytes(data)
    verified, _ = both(estate.session, tmp_path / "short.wav")
    assert not verified["content_credentials"]["intact"]
    assert (verified["content"], verified["mark"]) == ("ours", spoken.mark)


def test_a_soft_clip_far_from_loud_sound_is_known_by_its_content(estate, clips, speech, tmp_path):
    """In a long file somebody is louder somewhere; a clip is judged beside the sound around it, as a whole or not."""
    first, _, one, _ = clips
    pause = 0.003 * np.random.default_rng(3).normal(0, 1, (1, 32 * 24_000)).astype(np.float32)
    loud = 0.9 * speech.samples / np.abs(speech.samples).max()
    samples = np.concatenate([0.1 * one.samples, pause, loud], axis=1)
    (tmp_path / "long.flac").write_bytes(encode(Signal(samples, 24_000), Container.FLAC))
    verified, traced = both(estate.session, tmp_path / "long.flac")
    assert (verified["verdict"], verified["content"]) == ("ours", "ours")
    assert names(verified["clips"]) == names(traced["parts"]) == [("ours", first.mark)]
