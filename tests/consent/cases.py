"""Grants and requests to test with: plain ones, and generated ones that often meet at an edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

from sayso.consent.act import Action, Disclosure, Purpose
from sayso.consent.dimensions import Situation
from sayso.consent.document import document_of, sign
from sayso.consent.grant import Grant
from sayso.consent.request import Request
from sayso.consent.state import State
from sayso.ids import GrantId, RunId, SpeakerId

from .oracle import permits

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)
SPEAKER = SpeakerId("spk_aaaaaaaaaaaaaaaa")
RUN = RunId("run_aaaaaaaaaaaaaaaa")
OTHER = SpeakerId("spk_bbbbbbbbbbbbbbbb")


SPEAKER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def signature(of: Grant) -> str:
    """Return the speaker's signature over a grant."""
    return sign(document_of(of), SPEAKER_KEY)


def grant_id(number: int) -> GrantId:
    """Return the id of a test's grant ``number`` (0 to 25)."""
    return GrantId("grt_aaaaaaaaaaaaaaa" + chr(ord("a") + number))


def grant(number: int = 0, **changes: Any) -> Grant:
    """Return a grant that permits `request`, with ``changes``."""
    terms: dict[str, Any] = {
        "grant_id": grant_id(number),
        "speaker": SPEAKER,
        "licensee": "Harbour Books",
        "purposes": ("audiobook/mystery",),
        "not_before": NOW - timedelta(days=1),
        "until": NOW + timedelta(days=1),
        "project": "The Lamp",
        "languages": ("en",),
        "max_ms": 60_000,
    }
    return Grant(**(terms | changes))


def request(**changes: Any) -> Request:
    """Return a request that `grant` permits, with ``changes``."""
    asked: dict[str, Any] = {
        "speaker": SPEAKER,
        "voice": "voi_aaaaaaaaaaaaaaaa",
        "action": Action.SYNTHESIZE,
        "licensee": "Harbour Books",
        "purpose": "audiobook/mystery/noir",
        "project": "The Lamp",
        "language": "en-GB",
        "text_commitment": "11" * 32,
        "engine_digest": "22" * 32,
        "voice_digest": "33" * 32,
        "ceiling_ms": 30_000,
    }
    return Request(**(asked | changes))


_purposes = st.sampled_from(["a", "ab", "a-b", "a/b", "a/bc", "a/b/c", "b", "a0"])
_licensees = st.sampled_from(["L", "M", "L ✓", 'L" }', "anybody"])
_projects = st.sampled_from([None, "p", "q", "P"])
_spoken = st.sampled_from([None, "en", "en-gb", "eng", "en-gb-oxendict", "de"])
_countries = st.sampled_from(["DE", "AT", "US"])
_channels = st.sampled_from(["app", "app-store", "broadcast"])
_edges = st.sampled_from([NOW - timedelta(days=9), NOW - MS, NOW, NOW + MS, NOW + timedelta(days=9)])
_caps = st.sampled_from([None, 1, 999, 1000, 1001])
_takes = st.sampled_from([None, 1, 2, 3])
_flags = st.booleans()
_phrases = st.sampled_from(["vote", "vote now", "now", "don't"])
_topics = st.sampled_from(["a", "a/b", "a/bc", "b"])
_commitments = st.sampled_from(["11" * 32, "22" * 32])
_disclosures = st.none() | st.sampled_from(list(Disclosure))
_texts = st.sampled_from([None, "", "Vote: NOW!", "now vote", "snow", "Dont vote", "vote\nnow"])


@st.composite
def _text_rules(draw: st.DrawFn) -> dict[str, Any]:
    """Generate the rules of a grant about texts, often none."""
    if draw(_flags):
        return {}
    return {
        "scripted_only": draw(_flags),
        "blocked_words": tuple(draw(st.lists(_phrases, max_size=2))),
        "blocked_topics": tuple(draw(st.lists(_topics, max_size=2))),
        "approved_texts": draw(st.none() | st.none() | st.lists(_commitments, max_size=2).map(tuple)),
        "disclosure": draw(_disclosures),
        "sublicensing": draw(_flags),
        "post_mortem": draw(_flags),
    }


def _words_of_request(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "takes": draw(st.sampled_from([0, 1, 2])),
        "text": draw(_texts),
        "text_commitment": draw(_commitments | st.just("")),
        "topics": draw(st.none() | st.lists(_topics, max_size=2).map(tuple)),
        "live": draw(st.none() | _flags),
        "disclosure": draw(_disclosures),
        "sublicensee": draw(st.sampled_from([None, None, "M"])),
    }


@st.composite
def grants(draw: st.DrawFn, number: int = 0, *, outer: bool | None = None) -> Grant:
    """Generate a grant."""
    house = draw(st.booleans()) if outer is None else False
    wide = house or outer is True
    start = draw(st.sampled_from([NOW - timedelta(days=10), NOW - MS, NOW, NOW + MS]))
    until = draw(st.none() | _edges.filter(lambda end: end > start))
    return Grant(
        grant_id(number),
        SPEAKER,
        draw(_licensees | st.just("*") if wide else _licensees),
        tuple(draw(st.lists(_purposes | st.just("*") if wide else _purposes, min_size=1, max_size=4))),
        start,
        until=until,
        project=draw(_projects),
        languages=draw(
            st.just(("*",)) | st.lists(st.sampled_from(["en", "en-gb", "de"]), min_size=1, max_size=3).map(tuple)
        ),
        territories=draw(st.just(("*",)) | st.lists(_countries, min_size=1, max_size=3).map(tuple)),
        channels=draw(st.just(("*",)) | st.lists(_channels, min_size=1, max_size=3).map(tuple)),
        actions=tuple(draw(st.lists(st.sampled_from(list(Action)), min_size=1, max_size=8))),
        max_ms=draw(_caps),
        state=draw(st.sampled_from([State.GIVEN] * 8 + list(State))),
        note="Apache-2.0, made by somebody" if house else "",
        house=house,
        max_takes=draw(_takes),
        outer=outer is True,
        **draw(_text_rules()),
    )


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Generate a request."""
    return Request(
        draw(st.sampled_from([SPEAKER] * 9 + [OTHER])),
        "voi_aaaaaaaaaaaaaaaa",
        draw(st.sampled_from(list(Action))),
        draw(_licensees),
        Purpose(draw(_purposes)),
        draw(_projects),
        draw(_spoken),
        ceiling_ms=draw(st.sampled_from([0, 1, 999, 1000])),
        territory=draw(st.none() | _countries),
        channel=draw(st.none() | _channels),
        **_words_of_request(draw),
    )


@st.composite
def near(draw: st.DrawFn, wanted: Grant) -> Request:
    """Generate a request for what a grant allows, in all fields but perhaps a few."""

    def mostly(inside: Any, anything: st.SearchStrategy[Any]) -> Any:
        return draw(anything) if draw(st.integers(0, 7)) == 0 else inside

    purpose, language = wanted.purposes[0], wanted.languages[0]
    return Request(
        SPEAKER,
        "voi_aaaaaaaaaaaaaaaa",
        mostly(wanted.actions[0], st.sampled_from(list(Action))),
        mostly("L" if wanted.licensee == "*" else wanted.licensee, _licensees),
        mostly("a" if purpose == "*" else purpose, _purposes),
        mostly(wanted.project, _projects),
        mostly("en" if language == "*" else language, _spoken),
        ceiling_ms=draw(st.sampled_from([0, 1, 999, 1000])),
        territory=mostly("DE" if wanted.territories == ("*",) else wanted.territories[0], st.none() | _countries),
        channel=mostly("app" if wanted.channels == ("*",) else wanted.channels[0], st.none() | _channels),
        takes=mostly(1, st.sampled_from([0, 2])),
        text=mostly("a b", _texts),
        text_commitment=mostly((*(wanted.approved_texts or ()), "")[0], _commitments),
        topics=mostly((), st.none() | st.lists(_topics, max_size=2).map(tuple)),
        live=mostly(False, st.none() | _flags),
        disclosure=mostly(wanted.disclosure, _disclosures),
        sublicensee=mostly(None, st.sampled_from([None, "M"])),
    )


@st.composite
def asking(draw: st.DrawFn, held: list[Grant]) -> Situation:
    """Generate a question about some grants, often near the first, and what each has used."""

    def used(amounts: list[int]) -> dict[GrantId, int]:
        return {each.grant_id: draw(st.sampled_from(amounts)) for each in held if draw(st.booleans())}

    wanted = draw(near(held[0])) if held and draw(st.booleans()) else draw(requests())
    deceased = draw(st.sampled_from([False] * 5 + [True]))
    return Situation(wanted, NOW, used([0, 1, 500, 1000, 1001]), used([0, 1, 2]), deceased)


@st.composite
def bounded(draw: st.DrawFn, number: int) -> tuple[Grant, Grant]:
    """Generate an outer consent and a licence that names it; the licence may well go beyond it."""
    outer = draw(grants(number, outer=True))
    return outer, replace(draw(grants(number + 1, outer=False)), ceiling=outer.grant_id)


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Grant], Situation]:
    """Generate up to six grants of one speaker, licences with outer consents among them, and a question."""
    held = [draw(grants(number)) for number in range(draw(st.integers(0, 3)))]
    if draw(st.booleans()):
        outer, licence = draw(bounded(6))
        held = [licence, *held, outer]
    if draw(st.booleans()):
        held += draw(bounded(10))
    return held, draw(asking(held))


def permitting(held: Sequence[Grant], asked: Situation) -> list[Grant]:
    """Return the grants that permit, by the second evaluator, in order of their ids."""
    by_id = {each.grant_id: each for each in held}
    found = [each for each in held if permits(each, asked, ceiling=by_id.get(each.ceiling or GrantId("")))]
    return sorted(found, key=lambda each: each.grant_id)
