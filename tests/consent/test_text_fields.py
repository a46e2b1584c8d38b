"""Every text that is accepted is kept in a form that is accepted again: what was stored can always be read."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sayso import canonical
from sayso.accounts.store import normal
from sayso.consent import fields
from sayso.consent.errors import GrantInvalid
from sayso.consent.grant import Grant
from sayso.consent.request import Request
from sayso.consent.wording import phrase
from sayso.errors import Invalid

from .cases import SPEAKER, grant

LONGER = 199 * "a" + "\u0958"
# Their normal form is longer, shorter, or made of several; spaces that are not ASCII; marks that combine.
ODD = (
    "\u0958\u0344\u1fd3\ufb2c\ufdfa\ufdfb\u0345\u03b1\u0390\u2126\u212b\u1e9e\u0130"
    "\u00df\u0149\u01f0\u0587\u3300\u2000\u00a0\u0301aA "
)
TEXT = st.text(st.sampled_from(ODD) | st.characters(), max_size=12) | st.builds(
    lambda odd, times, rest: odd * times + rest, st.sampled_from(ODD), st.integers(1, 200), st.text(max_size=3)
)
LISTS = ("blocked_words", "languages", "territories", "channels", "purposes", "blocked_topics")


def terms_with(field: str, text: str) -> dict[str, object]:
    more = {"notice_sha256": "0" * 64} if field == "notice_language" else {}
    return {field: (text,) if field in LISTS else text, **more}


@pytest.mark.parametrize("field", ["licensee", "project", "compensation", "note", "notice_language", *LISTS])
@given(text=TEXT)
@example(text=LONGER)
@example(text="\ufdfa" * 200)
@example(text="\u0345")
def test_a_grant_that_is_made_is_read_again_as_it_is(field: str, text: str) -> None:
    try:
        made = grant(**terms_with(field, text))
    except GrantInvalid:
        return
    terms = canonical.decode(canonical.encode(made.terms()))
    again = Grant.from_terms(
        terms, grant_id=made.grant_id, speaker=made.speaker, state=made.state, version=made.version
    )
    assert again == made
    assert canonical.encode(again.terms()) == canonical.encode(made.terms())


@pytest.mark.parametrize("field", ["licensee", "project", "sublicensee"])
@given(text=TEXT)
@example(text=LONGER)
def test_a_request_that_is_made_is_read_again_as_it_is(field: str, text: str) -> None:
    values = {"licensee": "A", "speaker": SPEAKER, "voice": "vox", "action": "synthesize", "purpose": "podcast"}
    try:
        made = Request(**{**values, field: text})
    except Invalid:
        return
    assert Request(**{**values, field: getattr(made, field)}) == made


@given(text=TEXT)
@example(text=LONGER)
def test_names_phrases_and_licensees_keep_their_form(text: str) -> None:
    for form in (lambda value: fields.name("reason", value), lambda value: phrase("word", value), normal):
        try:
            kept = form(text)
        except Invalid:
            continue
        assert form(kept) == kept
        assert 1 <= len(kept) <= 200


def test_every_character_has_one_spelling_in_a_phrase() -> None:
    for point in range(0x3000):
        for text in (chr(point), "a" + chr(point), chr(point) + "\u0345"):
            try:
                kept = phrase("word", text)
            except Invalid:
                continue
            assert phrase("word", kept) == kept, ascii(text)


def test_what_is_checked_is_what_is_kept() -> None:
    assert fields.name("licensee", 100 * "e\u0301" + 100 * "\u00e9") == 200 * "\u00e9"
    with pytest.raises(Invalid, match="licensee"):
        fields.name("licensee", LONGER)
