"""Receipts say what the grant says, to anybody, and nothing in them is markup."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.consent.act import DONE_WITH_A_VOICE, Action
from sayso.consent.grant import Grant
from sayso.consent.state import State
from sayso.doors.reports.receipt import page
from sayso.records.receipts import Commands, ReceiptFacts, receipt, text
from sayso.records.receipts.sentences import told
from sayso.records.receipts.words import STATES
from tests.consent.cases import NOW, SPEAKER, grant, grants

COMMANDS = Commands(withdraw="sayso consent withdraw {grant}", erase="sayso erase plan --speaker {speaker}")
FACTS = ReceiptFacts(at=NOW, used_ms=12_000, speaker_name="Ada", commands=COMMANDS)


class Page(HTMLParser):
    """A page as a reader takes it in; complains of what does not nest."""

    VOID = ("meta",)

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]


def both(wanted: Grant, facts: ReceiptFacts = FACTS) -> list[str]:
    """Return what text and page say, spaces made one."""
    made = receipt(wanted, facts)
    return [" ".join(said.split()) for said in (text(made), " ".join(Page(page(made)).words))]


def test_it_says_who_what_for_until_when_how_much_and_how_to_take_it_back() -> None:
    for said in both(grant(territories=("DE", "AT"), channels=("broadcast",))):
        for part in (
            "receipt: Ada", "Harbour Books may use your voice", "audiobook/mystery", "The Lamp", "2 March 2027, 12:00",
            "28 February 2027", "1 minute of sound", "12 seconds", "languages: en", "AT and DE", "broadcast",
            f"sayso consent withdraw {grant().grant_id}", f"sayso erase plan --speaker {SPEAKER}", "They must stop at once",
            "They may not teach other computer voices",
        ):  # fmt: skip
            assert part in said


def test_every_action_and_state_has_words() -> None:
    assert set(DONE_WITH_A_VOICE) == set(Action)
    assert set(STATES) == set(State)


def test_a_term_without_words_is_told_by_name() -> None:
    assert told({"voice_age": {"least": 30}})["more"] == ['Voice age: {"least": 30}']


@given(grants(), st.integers(0, 10**9))
def test_any_grant_has_a_receipt_in_both_forms(wanted: Grant, used_ms: int) -> None:
    said, shown = both(wanted, ReceiptFacts(at=NOW, used_ms=used_ms))
    assert STATES[wanted.state_at(NOW)] in said
    assert STATES[wanted.state_at(NOW)] in shown
    assert wanted.grant_id in said


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.REVOKED, State.EXPIRED, State.INVALIDATED])
def test_what_is_over_cannot_be_taken_back_again(state: State) -> None:
    for said in both(grant(state=state)):
        assert "sayso consent withdraw" not in said
    assert "The time is over" in both(grant(), ReceiptFacts(at=NOW + timedelta(days=9)))[0]


def test_a_tombstone_names_no_speaker() -> None:
    for said in both(grant().tombstone(), ReceiptFacts(at=NOW)):
        assert SPEAKER not in said
        assert "Harbour Books" not in said


HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title></style><b>", "&lt;b&gt; & 'x'")


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_grant_is_markup(name: str) -> None:
    calm, hostile = (receipt(grant(licensee=who, project=who), FACTS) for who in ("Somebody", name))
    found = Page(page(hostile))
    assert found.tags == Page(page(calm)).tags
    assert f"{name} may use your voice. Nobody else may." in found.words


def test_the_page_needs_nothing_else_and_is_made_for_everybody() -> None:
    source = page(receipt(grant(), FACTS))
    found = Page(source)
    assert source.startswith("<!DOCTYPE html>")
    assert dict(found.tags)["html"] == {"lang": "en"}
    assert not {"script", "img", "link", "iframe", "object", "form", "input"} & set(found.names())
    assert not re.search(r"https?:|url\(|@import", source)
    assert found.names().count("h1") == 1
    assert [name for name in found.names() if re.fullmatch(r"h[3-6]", name)] == []
    headings = {attributes["id"] for tag, attributes in found.tags if tag == "h2"}
    assert headings == {attributes["aria-labelledby"] for tag, attributes in found.tags if tag == "section"}
    assert "@media print" in source
    assert {"charset": "utf-8"} in [attributes for tag, attributes in found.tags if tag == "meta"]


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_letters_stand_out() -> None:
    for colour in re.findall(r"[^-]color: (#[0-9a-f]{6})", page(receipt(grant(), FACTS))):
        assert 1.05 / (_luminance(colour) + 0.05) >= 7


def _syllables(word: str) -> int:
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower()))))


def _grade(sentences: list[str]) -> float:
    """Flesch-Kincaid grade level (Kincaid et al. 1975)."""
    words = [word for sentence in sentences for word in re.findall(r"[A-Za-z']+", sentence)]
    number = sum(max(1, len(re.findall(r"[.:!?](?:\s|$)", sentence))) for sentence in sentences)
    return 0.39 * len(words) / number + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize("changes", [{}, {"actions": tuple(Action)}, {"until": None, "max_ms": None, "project": None}])
def test_a_fourteen_year_old_reads_it(changes: dict[str, object]) -> None:
    made = receipt(grant(**changes), FACTS)
    sentences = [
        re.sub(r"(Or|For that,) type[^:]*: sayso.*", "", line) for part in made.sections for line in part.sentences
    ]
    assert _grade(sentences) <= 6
    for line in sentences:
        for sentence in re.split(r"(?<=[.:]) ", line):
            assert len(sentence.split()) <= 20, sentence


def test_lines_of_the_text_fit_a_letter() -> None:
    assert max(map(len, text(receipt(grant(), FACTS)).splitlines())) <= 78
