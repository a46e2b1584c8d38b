"""A plugin is what its protocol says, of the name of its entry point, with a digest."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Protocol, runtime_checkable

import pytest

from sayso.errors import Conflict, SaysoError
from sayso.plugins import plugged_in


@runtime_checkable
class Singer(Protocol):
    name: str

    def digest(self) -> str: ...

    def sing(self) -> str: ...


class Lark:
    name = "lark"

    def digest(self) -> str:
        return "0" * 64

    def sing(self) -> str:
        return "la"


class Mute:
    name = "lark"

    def digest(self) -> str:
        return "0" * 64


class Undigested(Lark):
    def digest(self) -> str:
        return "A" * 64


class NotFit(Conflict):
    pass


class OutOfSong(Conflict):
    pass


def refusing() -> Lark:
    raise OutOfSong("got no song")


def broken() -> Lark:
    raise RuntimeError("out of order")


def point(value: str, name: str = "lark") -> EntryPoint:
    return EntryPoint(name, f"{__name__}:{value}", "sayso.singers")


def test_it_is_made_and_returned():
    assert plugged_in(point("Lark"), Singer, NotFit).sing() == "la"


@pytest.mark.parametrize(
    ("value", "name", "reason"),
    [
        ("Lark", "other", "none of that name"),
        ("Mute", "lark", "none of that name"),
        ("Undigested", "lark", "SHA-256"),
        ("broken", "lark", "RuntimeError: out of order"),
        ("absent", "lark", "AttributeError"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(value, name, reason):
    with pytest.raises(NotFit, match=reason) as caught:
        plugged_in(point(value, name), Singer, NotFit)
    assert f"Singer {name}: {__name__}:{value}" in str(caught.value)


def test_its_own_error_passes():
    with pytest.raises(SaysoError) as caught:
        plugged_in(point("refusing"), Singer, NotFit)
    assert type(caught.value) is OutOfSong
