"""Clips that were mixed: over one another, beside one another, under music, with their pauses cut out."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio import Container, Signal, decode, encode
from sayso.doors.shapes.provenance import trace, verification
from sayso.workflows.consent.granting import Terms, give
from sayso.workflows.provenance.tracing import trace_file
from sayso.workflows.provenance.verifying import verify_file
from sayso.workflows.speech.speaking import speak

FIRST_TEXT = "Every instrument in the orchestra had been tuned, but the conductor was standing in the cold."
OTHER_TEXT = "Nobody had told the captain that the harbour was closed, and so he sailed in under full canvas."
RATE = 24_000


@pytest.fixture
def clips(estate, tmp_path):
    """Return two clips under two grants, and their samples, of the same length."""
    give(estate.session, Terms(speaker=estate.speaker, licensee="Another House", purposes=("podcast",)))
    first = speak(estate.session, estate.order(text=FIRST_TEXT), tmp_path / "first.wav")
    order = estate.order(text=OTHER_TEXT, licensee="Another House", purpose="podcast")
    second = speak(estate.session, order, tmp_path / "second.wav")
    one, other = decode(tmp_path / "first.wav").samples, decode(tmp_path / "second.wav").samples
    count = min(one.shape[1], other.shape[1])
    return first.mark, second.mark, one[:, :count], other[:, :count]


def told(session, tmp_path, samples):
    """Return what verifying and tracing say of a sound: the verdicts of each mark."""
    file = tmp_path / "mixed.wav"
    file.write_bytes(encode(Signal(samples, RATE), Container.WAV))
    verified, traced = verification(verify_file(session, file)), trace(trace_file(session, file))
    return by_mark(verified["clips"]), by_mark(traced["parts"])


def by_mark(parts):
    verdicts = {}
    for part in parts:
        verdicts.setdefault(part["mark"], set()).add(part["verdict"])
    return verdicts


def mixed(one, other, *, late_s=0.0, gain=1.0):
    late = round(late_s * RATE)
    sound = np.zeros((1, one.shape[1] + late), dtype=np.float32)
    sound[:, : one.shape[1]] += 0.6 * one
    sound[:, late:] += 0.6 * gain * other
    return sound


@pytest.mark.parametrize(("late_s", "gain"), [(0.0, 1.0), (0.0, 0.5), (1.3, 1.0)], ids=["equal", "softer", "later"])
def test_of_two_clips_over_one_another_both_are_named_and_neither_is_called_copied(
    estate, clips, tmp_path, late_s, gain
):
    first, second, one, other = clips
    for verdicts in told(estate.session, tmp_path, mixed(one, other, late_s=late_s, gain=gain)):
        assert set(verdicts) == {first, second}
        assert set().union(*verdicts.values()) <= {"ours", "marked"}


def test_of_a_clip_in_each_channel_both_are_shown_to_be_ours(estate, clips, tmp_path):
    first, second, one, other = clips
    for verdicts in told(estate.session, tmp_path, np.concatenate([one, other])):
        assert verdicts == {first: {"ours"}, second: {"ours"}}


def pauses_cut(samples, *, least_s, below_db):
    """Return what FFmpeg's silenceremove leaves: each pause that is long enough is cut to 50 ms."""
    level = np.sqrt(np.convolve(samples[0] ** 2, np.ones(480) / 480, "same"))
    quiet = level < 10 ** (below_db / 20) * np.abs(samples).max()
    edges = np.flatnonzero(np.diff(quiet.astype(int), prepend=0, append=0))
    pauses = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start > least_s * RATE]
    keep = np.ones(samples.shape[1], dtype=bool)
    for start, end in pauses:
        keep[start + 600 : end - 600] = False
    return samples[:, keep], len(pauses)


def test_a_clip_whose_pauses_were_cut_out_is_still_ours(estate, clips, tmp_path):
    first, second, one, other = clips
    for mark, samples in ((first, one), (second, other)):
        heard, count = pauses_cut(samples, least_s=0.05, below_db=-27)
        assert count >= 5
        assert told(estate.session, tmp_path, heard) == ({mark: {"ours"}}, {mark: {"ours"}})


def music(count, seed):
    """Return chords of plucked tones and a beat of noise."""
    draw = np.random.default_rng(seed)
    time = np.arange(count) / RATE
    sound = np.zeros(count)
    for start_s in np.arange(0, count / RATE, 1.2):
        after = np.maximum(time - start_s, 0)
        for hz in draw.choice([130.8, 164.8, 196.0, 246.9, 293.7, 349.2], 3, replace=False):
            sound += sum(np.exp(-after / 0.9) / part * np.sin(2 * np.pi * part * hz * after) for part in range(1, 9))
        sound += 2 * (time > start_s + 0.6) * np.exp(-np.maximum(after - 0.6, 0) / 0.03) * draw.standard_normal(count)
    return sound.astype(np.float32)[None]


@pytest.mark.parametrize("seed", [1, 3])
def test_under_music_3_db_softer_verifying_and_tracing_say_ours(estate, clips, tmp_path, seed):
    first, _, one, _ = clips
    beside = music(one.shape[1], seed)
    beside *= 0.7 * np.sqrt(np.mean(one**2) / np.mean(beside**2))
    assert told(estate.session, tmp_path, 0.5 * (one + beside)) == ({first: {"ours"}}, {first: {"ours"}})
