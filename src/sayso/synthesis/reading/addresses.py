# ruff: noqa: RUF001, SIM905 - typographic characters are the matter here; tables and patterns read best so
"""Addresses: web, e-mail, handles, hashtags, file names, and what machines write: moments, hexadecimal identifiers."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.numerals import cardinal
from sayso.synthesis.reading.rules import Rules, rule

_ENDINGS: Final = (
    "com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|co|me|tv|fm|uk|us|ca|au|nz|de|fr|es|it|nl|eu|ch|at|se|no|dk|fi|ie|"
    "jp|cn|in|br|mx|ru|xyz|online|site|shop|blog|news|museum"
)
_SURE_ENDINGS: Final = "com|org|net|edu|gov|info|biz|io|ai|app|dev|tv|fm|co|uk|eu|de|fr"
_FILES: Final = (
    "pdf|txt|docx?|xlsx?|pptx?|csv|json|xml|html?|css|js|py|mp[34]|m4[ab]|wav|flac|ogg|opus|jpe?g|png|gif|svg|zip|tar|gz|"
    "exe|epub|toml|yaml|yml|md"
)
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_TAIL: Final = r"(?:/[^\s<>\"”’)\]]*[^\s<>\"”’)\].,;:!?])?/?"
_SPELLED: Final = frozenset("uk eu tv io ai au nz".split())
_VOWEL: Final = re.compile(r"[aeiouy]", re.IGNORECASE)


def _word(label: str) -> str:
    """Return one label as words; one that cannot be a word is spelled, which capitals ask for."""
    letters = [part.upper() if _is_spelled(part) else part for part in label.split("-")]
    return " dash ".join(part for part in letters if part)


def _is_spelled(part: str) -> bool:
    return part in _SPELLED or (part.isalpha() and not _VOWEL.search(part))


def _dotted(name: str) -> str:
    return " dot ".join(_word(label) for label in name.split(".") if label)


def _path(path: str) -> str:
    """Return the folders of an address; what follows ``?`` or ``#`` is for machines and is not read."""
    folders = re.split(r"[?#]", path, maxsplit=1)[0].split("/")
    return "".join(
        f" slash {_dotted(re.sub(r'[_%+=&~]+', ' ', folder).strip())}" for folder in folders if folder.strip("_%+=&~ ")
    )


def _web(match: re.Match[str]) -> str:
    return _dotted(match["host"]) + _path(match["path"] or "")


def _mail(match: re.Match[str]) -> str:
    user = re.sub(r"\+", " plus ", match[1].replace("_", " underscore "))
    return f"{_dotted(user)} at {_dotted(match[2])}"


def _tag(match: re.Match[str]) -> str:
    return f"hashtag {_humps(match[1])}"


def _handle(match: re.Match[str]) -> str:
    return f"at {_humps(match[1])}"


def _humps(name: str) -> str:
    """Return ``SpeakUpNow`` and ``speak_up_now`` as separate words."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[0-9])(?=[A-Za-z])", " ", name)
    return " ".join(spaced.replace("_", " ").split())


def _file(match: re.Match[str]) -> str:
    name = " ".join(re.split(r"[_-]+", match[1]))
    return f"{name} dot {match[2].upper()}"


_HEX: Final = r"[0-9A-Fa-f]"


def _machine_moment(match: re.Match[str]) -> str:
    """Return date and time apart, whole seconds left out, and the zone by name."""
    date, clock, zone = match.groups()
    if not zone:
        return f"{date} {clock}"
    if zone in {"Z", "z"} or not zone[1:].strip("0:"):
        return f"{date} {clock} U.T.C."
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    ahead = "plus" if zone[0] == "+" else "minus"
    return f"{date} {clock} U.T.C. {ahead} {cardinal(hours)}" + (f" {cardinal(minutes)}" if minutes else "")


def _hexadecimal(match: re.Match[str]) -> str:
    """Return hexadecimal digits one by one, with a pause between their groups."""
    groups = re.split(r"[-:]", match[0])
    return ", ".join(" ".join(_hexadecimal_digit(one) for one in group) for group in groups)


def _hexadecimal_digit(written: str) -> str:
    return cardinal(int(written)) if written.isdigit() else written.upper()


RULES: Final = Rules(
    rule(
        r"(?<![\w-])(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2})(?::\d{2}(?:\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?(?![\w:])",
        _machine_moment,
    ),
    rule(rf"(?<![\w-]){_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}(?![\w-])", _hexadecimal),
    rule(rf"(?<![\w:]){_HEX}{{2}}(?::{_HEX}{{2}}){{5}}(?![\w:])", _hexadecimal),
    rule(rf"(?<![\w-])(?=[a-f0-9]*[a-f][a-f0-9]*\d[a-f0-9]*[a-f\d])(?=[a-f]*\d){_HEX}{{16,40}}(?![\w-])", _hexadecimal),
    rule(r"\bmailto:", ""),
    rule(rf"\b([\w+-]+(?:\.[\w+-]+)*)@({_LABEL}(?:\.{_LABEL})+)", _mail),
    rule(
        rf"\b(?:https?|ftp)://(?:[^\s/@]*@)?(?:www\.)?(?P<host>{_LABEL}(?:\.{_LABEL})*)(?::\d+)?(?P<path>{_TAIL})",
        _web,
        flags=re.IGNORECASE,
    ),
    rule(rf"\bwww\.(?P<host>{_LABEL}(?:\.{_LABEL})+)(?P<path>{_TAIL})", _web, flags=re.IGNORECASE),
    rule(rf"(?<![\w@.])(?P<host>(?:{_LABEL}\.)+(?:{_ENDINGS}))(?P<path>(?=/){_TAIL})", _web),
    rule(
        rf"(?<![\w@.])(?P<host>[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.{_LABEL})*\.(?:{_SURE_ENDINGS}))(?P<path>)(?![\w@]|\.\w)",
        _web,
    ),
    rule(rf"(?<![\w./])(\w[\w-]*)\.({_FILES})(?!\w|\.\w)", _file),
    rule(r"(?<![\w&#])#(?=[A-Z]{0,3}-?\d+\b)", "number "),
    rule(r"(?<![\w&#])#([^\W\d]\w*|\d+[^\W\d_]{2}\w*)", _tag),
    rule(r"(?<![\w@])@([A-Za-z_]\w*)", _handle),
)
