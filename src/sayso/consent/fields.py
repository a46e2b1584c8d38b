"""The shapes of the fields that grants and requests share. Each check names the field in its error."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, TypeVar

from sayso.errors import Invalid

ANY: Final = "*"

MAX_MS: Final = 10 * 365 * 24 * 3_600_000
"""Ten years of sound: no amount is larger, so that no sum of two leaves 64 bits."""

TERRITORIES: Final = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
    MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
    SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
    UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - a list of 249 would fill a page
)
"""The officially assigned two-letter country codes of ISO 3166-1."""

Choice = TypeVar("Choice", bound=StrEnum)

_MAX_NAME: Final = 200
_CHANNEL: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,6}")


def name(field: str, text: Any, *, longest: int = _MAX_NAME) -> str:
    """Return ``text`` in Unicode normal form C; raise `Invalid` if that is empty, too long or not one printable line.

    What is checked is what is kept: normal form C of a text may be longer than the text.
    """
    kept = unicodedata.normalize("NFC", text) if isinstance(text, str) else ""
    if not 1 <= len(kept) <= longest or not kept.isprintable() or kept != kept.strip():
        raise Invalid(
            f"{field}: got {str(text)[:40]!r}, expected 1 to {longest} printable characters, no space at either end"
        )
    return kept


def language(field: str, text: Any) -> str:
    """Return the BCP 47 tag in lower case; raise `Invalid` if it has not the shape of one."""
    lowered = text.lower() if isinstance(text, str) else ""
    if not _LANGUAGE.fullmatch(lowered):
        raise Invalid(f"{field}: got {str(text)[:40]!r}, expected a language tag such as en or pt-BR")
    return lowered


def territory(field: str, text: Any) -> str:
    """Return the country code in capitals; raise `Invalid` if no country has it."""
    code = text.upper() if isinstance(text, str) else ""
    if code not in TERRITORIES:
        raise Invalid(f"{field}: got {str(text)[:40]!r}, expected a country code of ISO 3166-1 such as DE or US")
    return code


def channel(field: str, text: Any) -> str:
    """Return the name of a channel; raise `Invalid` if it is not one word of a-z, 0-9 and hyphens."""
    if not isinstance(text, str) or not _CHANNEL.fullmatch(text):
        raise Invalid(f"{field}: got {str(text)[:40]!r}, expected one word such as broadcast or app-store")
    return text


def amount(field: str, value: Any, *, least: int) -> int:
    """Return ``value`` if it is a whole number from ``least`` to `MAX_MS`; otherwise raise `Invalid`."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_MS:
        raise Invalid(f"{field}: got {str(value)[:40]!r}, expected a whole number from {least} to {MAX_MS}")
    return value


def flag(field: str, value: Any) -> bool:
    """Return ``value`` if it is true or false; otherwise raise `Invalid`."""
    if not isinstance(value, bool):
        raise Invalid(f"{field}: got {str(value)[:40]!r}, expected true or false")
    return value


def digest(field: str, text: Any) -> str:
    """Return ``text`` if it is 64 hex digits in lower case; otherwise raise `Invalid`."""
    if not isinstance(text, str) or not _DIGEST.fullmatch(text):
        raise Invalid(f"{field}: got {str(text)[:40]!r}, expected 64 hex digits in lower case")
    return text


def choice(field: str, value: Any, choices: type[Choice]) -> Choice | None:
    """Return the one of ``choices`` that ``value`` names, None for None; otherwise raise `Invalid`."""
    try:
        return None if value is None else choices(value)
    except ValueError:
        raise Invalid(f"{field}: got {str(value)[:40]!r}, expected one of {', '.join(choices)}") from None


def several(field: str, values: Any, *, most: int) -> Sequence[Any]:
    """Return ``values`` if it is a list or tuple of 1 to ``most`` things; otherwise raise `Invalid`."""
    if not isinstance(values, list | tuple) or not 1 <= len(values) <= most:
        got = f"{len(values)} of them" if isinstance(values, list | tuple) else type(values).__name__
        raise Invalid(f"{field}: got {got}, expected a list of 1 to {most}")
    return values
