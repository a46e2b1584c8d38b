"""Tracing: every part that is ours is found where it is, with its grant, its state now and a proof that holds."""

from __future__ import annotations

import re
import resource
from html.parser import HTMLParser

import numpy as np
import pytest

from sayso.audio import Container, Signal, decode, encode, resample
from sayso.doors.reports.trace import clock_time, page
from sayso.doors.shapes.provenance import trace
from sayso.errors import NotFound
from sayso.ledger import verify_proof
from sayso.mark import Mark
from sayso.workflows.consent import granting
from sayso.workflows.erasure import erasing
from sayso.workflows.provenance.content import COPIED
from sayso.workflows.provenance.marking_files import Batch
from sayso.workflows.provenance.tracing import trace_file
from sayso.workflows.speech.speaking import speak

FIRST_TEXT = "Every instrument in the orchestra had been tuned, but the conductor was standing in the cold."
OTHER_TEXT = "Nobody had told the captain that the harbour was closed, and so he sailed in under full canvas."


@pytest.fixture
def made(estate, speech, tmp_path):
    """Two clips, other speech between them, and a piece of that speech that bears the first one's mark."""
    session = estate.session
    first = speak(session, estate.order(text=FIRST_TEXT), tmp_path / "first.wav")
    second = speak(session, estate.order(text=OTHER_TEXT), tmp_path / "second.wav")
    (tmp_path / "victim.wav").write_bytes(encode(speech, Container.WAV))
    with Batch(session) as batch:
        batch.embed(tmp_path / "victim.wav", tmp_path / "copied.wav", Mark.parse(first.mark))
        batch.embed(tmp_path / "victim.wav", tmp_path / "strange.wav", Mark(77))
    plain = Signal(speech.samples[:, ::-1].copy(), 24_000)
    sounds = [decode(tmp_path / f"{name}.wav") for name in ("first", "second", "copied", "strange")]
    sounds = [sounds[0], plain, sounds[1], plain, sounds[2], plain, sounds[3]]
    ends = np.cumsum([sound.duration_s for sound in sounds])
    return first, second, Signal(np.concatenate([one.samples for one in sounds], axis=1), 24_000), ends


def test_parts_of_a_long_file(estate, made, tmp_path):
    first, second, sound, ends = made
    file = tmp_path / "program.mp3"
    file.write_bytes(encode(resample(sound, 44_100), Container.MP3))
    found = trace(trace_file(estate.session, file))
    seen = [(one["mark"], one["verdict"], one["content"], one["clip"]) for one in found["parts"]]
    assert seen == [
        (first.mark, "ours", "ours", first.clip),
        (second.mark, "ours", "ours", second.clip),
        (first.mark, "copied", "other", first.clip),
        (str(Mark(77)), "marked", "unknown", None),
    ]
    times = [(one["start_s"], one["end_s"]) for one in found["parts"]]
    expected = [(0, ends[0]), (ends[1], ends[2]), (ends[3], ends[4]), (ends[5], ends[6])]
    assert np.allclose(times, expected, atol=1.0)
    assert found["duration_s"] == pytest.approx(ends[-1], abs=0.1)
    part = found["parts"][1]
    assert (part["grant"], part["grant_state"], part["allowed_now"]) == (estate.grant, "given", True)
    assert (part["licensee"], part["purpose"], part["entry"]) == (
        "Northwind Audio",
        "audiobook/mystery",
        estate.session.entry_of(second.ticket),
    )
    verify_proof(part["proof"], estate.session.log.entry(part["entry"]), found["log_key"])


@pytest.mark.parametrize("changed", ["faster tape", "copied, faster tape"])
def test_a_clip_at_another_speed_is_compared_as_it_was_made(estate, tmp_path, speech, changed):
    """A tape that runs 5 % faster, after five seconds of other speech; and one of speech with a copied mark."""
    spoken = speak(estate.session, estate.order(text=f"{FIRST_TEXT} {OTHER_TEXT}"), tmp_path / "out.wav")
    if changed.startswith("copied"):
        (tmp_path / "victim.wav").write_bytes(encode(speech, Container.WAV))
        with Batch(estate.session) as batch:
            batch.embed(tmp_path / "victim.wav", tmp_path / "out.wav", Mark.parse(spoken.mark))
    tape = Signal(resample(decode(tmp_path / "out.wav"), round(24_000 / 1.05)).samples, 24_000)
    before = speech.samples[:, 120_000::-1]
    (tmp_path / "tape.flac").write_bytes(
        encode(Signal(np.concatenate([before, tape.samples], axis=1), 24_000), Container.FLAC)
    )
    (part,) = trace_file(estate.session, tmp_path / "tape.flac").parts
    assert part.passage.warp.tempo == pytest.approx(1.05, abs=0.01)
    assert part.passage.mark == Mark.parse(spoken.mark)
    assert part.verdict == ("marked" if changed.startswith("copied") else "ours")


def test_what_became_of_the_grant_is_told(estate, tmp_path):
    speak(estate.session, estate.order(), tmp_path / "out.wav")
    (tmp_path / "bare.wav").write_bytes(encode(decode(tmp_path / "out.wav"), Container.WAV))

    def state(name="out.wav"):
        part = trace(trace_file(estate.session, tmp_path / name))["parts"][0]
        return part["grant_state"], part["allowed_now"], part["verdict"], part["content"], part["proof_ok"]

    assert state() == ("given", True, "ours", "ours", True)
    granting.withdraw(estate.session, estate.grant)
    assert state() == ("withdrawn", False, "ours", "ours", True)
    erasing.run(estate.session, erasing.plan(estate.session, estate.speaker).plan_id)
    assert state("bare.wav") == ("erased", False, "marked", "unknown", True)
    assert state() == ("erased", False, "ours", "unknown", True)  # by its credentials, as verifying says


def test_nothing_of_ours(session, speech, tmp_path):
    file = tmp_path / "plain.flac"
    file.write_bytes(encode(speech, Container.FLAC))
    found = trace_file(session, file)
    assert (found.parts, found.marked_s) == ((), 0)
    assert found.scan.p_value > 1e-6
    assert "proves nothing" in page(found)
    with pytest.raises(NotFound):
        trace_file(session, tmp_path / "absent.wav")


class Page(HTMLParser):
    """What a browser would make of a page: its tags, and whether each is closed."""

    VOID = frozenset({"meta", "br", "path", "rect", "line"})

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.attributes = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_the_page_is_whole_in_itself_escaped_and_accessible(estate, made, tmp_path):
    evil = tmp_path / "<img src=x onerror=alert(1)>&.wav"
    evil.write_bytes(encode(made[2], Container.WAV))
    found = trace_file(estate.session, evil)
    text = page(found)
    parsed = Page(text)
    assert parsed.open == []
    assert not {"script", "img", "link", "iframe", "object"} & set(parsed.tags)
    assert not [name for name, _ in parsed.attributes if name.startswith("on") or name in {"src", "href"}]
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert parsed.tags.count("rect") == len(found.parts) == 4
    assert {"title", "desc", "caption", "main", "h1"} <= set(parsed.tags)
    assert ("role", "img") in parsed.attributes
    assert ("lang", "en") in parsed.attributes
    assert COPIED in text
    boxes = [
        (float(x), float(width)) for x, width in re.findall(r'<rect class="part" x="(.*?)" y="22" width="(.*?)"', text)
    ]
    for (x, width), part in zip(boxes, found.parts, strict=True):
        assert x == pytest.approx(1200 * part.passage.start_s / found.scan.duration_s, abs=0.1)
        assert x + width <= 1200.2


def test_times_of_day_as_people_read_them():
    assert [clock_time(s) for s in (0, 9.96, 61.24, 3725.5)] == ["0:00.0", "0:10.0", "1:01.2", "1:02:05.5"]


@pytest.mark.slow
@pytest.mark.timeout(1_200)  # it is searched at 10 to 20 times real time on one core, and others work beside it
def test_an_hour_stays_under_a_gigabyte(session, speech, tmp_path):
    hour = np.tile(speech.samples, (2, 3600 // int(speech.duration_s)))
    (tmp_path / "hour.flac").write_bytes(encode(Signal(hour, 24_000), Container.FLAC))
    del hour
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert trace_file(session, tmp_path / "hour.flac").scan.duration_s > 3500
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000
