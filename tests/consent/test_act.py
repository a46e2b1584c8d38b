from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.consent.act import Purpose
from sayso.errors import Invalid

SEGMENTS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,5}", fullmatch=True)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=8).map("/".join)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        "A",
        "a b",
        "a_b",
        "-a",
        "a/-",
        "a/*",
        "**",
        "é",
        "a\n",
        "a" * 65,
        "/".join("a" * 9),
        7,
        None,
    ],
)
def test_what_is_no_path_is_refused_and_named(text: object) -> None:
    with pytest.raises(Invalid, match=r"^purpose: got"):
        Purpose(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("broad", "narrow", "covers"),
    [
        ("audiobook", "audiobook", True),
        ("audiobook", "audiobook/mystery", True),
        ("audiobook/mystery", "audiobook/mystery/noir/city", True),
        ("audiobook/mystery", "audiobook", False),
        ("audio", "audiobook", False),
        ("audiobook/my", "audiobook/mystery", False),
        ("audiobook/mystery", "podcast/mystery", False),
        ("*", "audiobook", True),
        ("audiobook", "*", False),
    ],
)
def test_a_prefix_covers_what_is_below_it(broad: str, narrow: str, covers: bool) -> None:
    assert Purpose(broad).covers(Purpose(narrow)) is covers


@given(PATHS, PATHS)
def test_covering_is_being_a_prefix_of_segments(one: str, other: str) -> None:
    first = one.split("/")
    assert Purpose(one).covers(other) is (other.split("/")[: len(first)] == first)


@given(PATHS)
def test_it_is_the_text_with_a_depth(path: str) -> None:
    purpose = Purpose(path)
    assert purpose == path
    assert hash(purpose) == hash(path)
    assert purpose.depth == len(path.split("/"))
    assert pickle.loads(pickle.dumps(purpose)) == purpose
    assert Purpose("*").depth == 0
