"""A line that stands out is made anew, in another way, and told to a person where it does so every time."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sayso.audio import Signal
from sayso.consent.errors import ConsentRefused
from sayso.productions.quality import misheard, sounds_bad, sounds_like_another
from sayso.voices.embedding import embed_voice
from sayso.workflows.audit import auditing
from sayso.workflows.productions import checking, takes

VICTIM = "c02-0002"


@pytest.fixture
def verdicts(monkeypatch):
    """Return a list of what is found of the attempts at the victim, in order; other lines are good."""
    left: list[tuple[str, ...]] = []
    heard = []

    def found_in(session, production, line, signal):
        if line.line.label != VICTIM:
            return ()
        heard.append(line.phrases)
        return left.pop(0) if left else ()

    monkeypatch.setattr(checking, "found_in", found_in)
    left.append(heard)  # so that the test can look at it
    return left


def clips(book):
    return [row.entry.facts["clip"] for row in auditing.query(book.session) if row.entry.type == "synthesis:clip:made"]


def test_an_outlier_is_made_anew_and_the_good_one_counts(book, verdicts):
    verdicts[:] = [("level: low",)]
    done = book.run()
    assert (done.rendered, done.stands_out) == (7, ())
    assert len(set(clips(book))) == len(clips(book)) == 8
    production = book.planned.production
    row = next(
        r for r in json.loads((book.folder / "out/chapters/02.json").read_text())["lines"] if r["line"] == VICTIM
    )
    assert row["clip"] == production.clip(production.plan.line(VICTIM), 1)
    again = book.run()
    assert (again.rendered, again.digest) == (0, done.digest)
    auditing.audit(book.session)


def test_what_stands_out_every_time_is_told_and_the_least_bad_counts(book, verdicts):
    verdicts[:] = [("a", "b"), ("a",), ("a", "b", "c")]
    done = book.run()
    assert done.stands_out == (VICTIM,)
    assert json.loads(done.package.read_text())["listen_to"] == [[VICTIM, ["a"]]]
    assert book.run().stands_out == (VICTIM,)
    assert len(clips(book)) == 9


def test_the_last_attempt_breathes_at_commas_and_says_the_same(book):
    line = book.planned.production.plan.line(VICTIM)
    assert takes.worded(line, 0) is takes.worded(line, 1) is line
    parted = takes.worded(line, 2)
    assert [phrase.text for phrase in parted.phrases] == ["Nobody answered,", "and the lamp went out."]
    assert parted.text == line.text


def test_a_clip_that_was_made_and_not_checked_is_checked_once(book, verdicts):
    heard = verdicts.pop()
    production = book.planned.production
    line = production.plan.line(VICTIM)
    takes.make(book.session, production, line, opens=False)
    first = takes.worked(book.session, production, line, opens=False)
    assert (first.made, first.problems, len(heard)) == (0, (), 1)
    takes.worked(book.session, production, line, opens=False)
    assert len(heard) == 1


def test_an_attempt_that_is_refused_leaves_what_there_is(book, verdicts, monkeypatch):
    verdicts[:] = [("a",)]
    make = takes.make

    def once(session, production, line, *, opens, attempt=0):
        if attempt:
            raise ConsentRefused("no minutes are left")
        return make(session, production, line, opens=opens)

    monkeypatch.setattr(takes, "make", once)
    assert (done := book.run()).stands_out == (VICTIM,)
    assert done.stopped == ()


def test_models_hear_noise_another_voice_and_lost_words(speech):
    assert sounds_bad(speech) == ()
    noise = np.random.default_rng(1).normal(0, 0.1, speech.num_samples).astype(np.float32)
    assert "DNSMOS" in sounds_bad(Signal.mono(speech.mixed() + noise, speech.sample_rate))[0]
    voice = embed_voice(speech)
    assert sounds_like_another(speech, voice) == ()
    other = np.roll(voice, 100)
    assert "likeness" in sounds_like_another(speech, other)[0]
    assert misheard("He carried two letters and bad news.", "He carried to letters and bad news") == ()
    assert "4 of 7" in misheard("He carried two letters and bad news.", "He carried news.")[0]


def test_of_good_lines_models_hear_a_sample(book):
    lines = [f"{n:08x}" for n in range(64)]
    production = book.planned.production
    line = production.plan.line(VICTIM)
    from dataclasses import replace

    chosen = [checking.is_sampled(replace(line, key=f"{each}-0"), 16) for each in lines]
    assert sum(chosen) == 4
