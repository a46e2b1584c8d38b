from __future__ import annotations

import pytest

from sayso.consent.act import Action
from sayso.consent.errors import RequestInvalid
from sayso.consent.request import Request

from .cases import grant, request


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("action", "sing"),
        ("licensee", "*"),
        ("licensee", ""),
        ("purpose", "*"),
        ("purpose", "Audio Book"),
        ("purpose", ""),
        ("project", ""),
        ("language", "*"),
        ("language", "english"),
        ("territory", "XX"),
        ("territory", "*"),
        ("channel", "*"),
        ("channel", ""),
        ("ceiling_ms", -1),
        ("ceiling_ms", True),
        ("ceiling_ms", 10**18),
        ("ceiling_ms", 0.5),
    ],
)
def test_what_is_malformed_is_refused_and_named(field: str, value: object) -> None:
    with pytest.raises(RequestInvalid, match=rf"^{field}: "):
        request(**{field: value})


def test_every_value_has_one_form() -> None:
    asked = request(action="clone", language="pt-BR", licensee="Cafe\u0301")
    assert (asked.action, asked.language, asked.licensee) == (Action.CLONE, "pt-br", "Caf\u00e9")


def test_under_a_grant_asks_for_what_it_describes() -> None:
    asked = Request.under(grant(), action=Action.CLONE, voice="voi_x")
    assert (asked.licensee, asked.purpose, asked.project, asked.language) == (
        "Harbour Books", "audiobook/mystery", "The Lamp", "en",
    )  # fmt: skip
    house = Request.under(grant(licensee="*", purposes=("*",), house=True, note="Apache-2.0", languages=("*",)),
                          action=Action.CLONE, voice="voi_x", language="en-us")  # fmt: skip
    assert (house.licensee, house.purpose, house.language) == ("anybody", "anybody", "en-us")
