# ruff: noqa: RUF001, E501 - typographic characters are the matter here
"""Idioms of numbers: what a trade or a habit says otherwise than the digits would be read."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.numerals import cardinal, digits, number, ordinal, year
from sayso.synthesis.reading.rules import Rules, rule

_WAYS: Final = {"N": "north", "S": "south", "E": "east", "W": "west"}
_LABELS: Final = (
    "Apt|Apartment|Unit|Room|Rm|Suite|Ste|Figure|Fig|Table|Gate|Seat|Flat|Building|Bldg|Exhibit|Section|Sec|Exercise|Form|"
    "Platform|Row|Exit|Floor|Number|No|Level|Block|Hall|Grade|Class|Question|Item|Problem|Appendix|Chapter|Part|Plate|"
    "Step|Phase|Schedule|Rule|Flight|Bay|Dock|Lot|Pier|Terminal"
)
_GUN: Final = r"(?:cal(?:iber|ibre)?|pistols?|rifles?|revolvers?|handguns?|guns?|Colts?|Magnums?|bullets?|rounds?|shells?|automatics?|semi|slugs?)"
_COUNTED: Final = r"(?:people|men|women|children|sheep|cattle|troops|police|deer|fish|copies|participants?|inhabitants|souls|dead|wounded)\b"


def _label(match: re.Match[str]) -> str:
    return f"{match[1]}{number(match[2])} {match[3].upper()}"


def _bore(match: re.Match[str]) -> str:
    return f"{match[1]}{cardinal(int(match[2]))}"


def _lines(match: re.Match[str]) -> str:
    head, tail = divmod(int(match[1]), 100)
    return (
        f"{cardinal(head)} {cardinal(tail)} {match[2].upper()}"
        if head < 100 and tail
        else f"{number(match[1])} {match[2].upper()}"
    )


def _lasting(match: re.Match[str]) -> str:
    hours, minutes, seconds = match.groups()
    words = f"{cardinal(int(hours))} hour{'' if int(hours) == 1 else 's'}"
    words += f" {cardinal(int(minutes))} minute{'' if int(minutes) == 1 else 's'}"
    return words + (f" {cardinal(int(seconds))} second{'' if int(seconds) == 1 else 's'}" if seconds else "")


def _raced(match: re.Match[str]) -> str:
    minutes, seconds, part = match.groups()
    return (
        f"{cardinal(int(minutes))} minute{'' if int(minutes) == 1 else 's'} {number(f'{int(seconds)}.{part}')} seconds"
    )


def _shillings(match: re.Match[str]) -> str:
    pounds, shillings, pence = match.groups()
    words = [f"{cardinal(int(pounds))} pound{'' if int(pounds) == 1 else 's'}"] if pounds else []
    words.append(f"{cardinal(int(shillings))} shilling{'' if int(shillings) == 1 else 's'}")
    return f"{' '.join(words)} and {cardinal(int(pence))} {'penny' if int(pence) == 1 else 'pence'}"


def _place(match: re.Match[str]) -> str:
    degrees, minutes, seconds, way = match.groups()
    words = f"{number(degrees)} degrees"
    words += f" {number(minutes)} minutes" if minutes else ""
    return f"{words}{f' {number(seconds)} seconds' if seconds else ''} {_WAYS[way]}"


def _metre(match: re.Match[str]) -> str:
    return f"{cardinal(int(match[1]))} {cardinal(int(match[2]))}"


def _split(match: re.Match[str]) -> str:
    first, second = int(match[1]), int(match[2])
    is_idiom = first + second == 100 or (first, second) in {(24, 7), (20, 20)}
    return f"{cardinal(first)} {cardinal(second)}" if is_idiom else match[0]


def _pressure(match: re.Match[str]) -> str:
    return f"{match[1]}{_hundreds(match[2])} over {_hundreds(match[3])}"


def _hundreds(written: str) -> str:
    """Return 120 as "one twenty"."""
    return year(int(written)) if int(written) < 100 else f"{cardinal(int(written) // 100)} {_below(int(written) % 100)}"


def _below(rest: int) -> str:
    return "hundred" if rest == 0 else f"{'oh ' if rest < 10 else ''}{cardinal(rest)}"


def _episode(match: re.Match[str]) -> str:
    return f"season {cardinal(int(match[1]))} episode {cardinal(int(match[2]))}"


def _people(match: re.Match[str]) -> str:
    return f"{match[1]}{cardinal(int(match[2]))}"


RULES_BEFORE_SENTENCES: Final = Rules(
    rule(r"\bRs\.? ?(?=\d)", "₹"),
    rule(r"^<3(?= )", " "),
    rule(r"(?<![\w.])(?:£(\d+),? ?)?(\d{1,2})s\.? ?(\d{1,2})d\b\.?", _shillings),
)
RULES: Final = Rules(
    rule(r"(?<=\b[Ww]e )<3(?=[ .!]|$)|(?<=\bI )<3(?=[ .!]|$)", "love"),
    rule(r"(?<![\w=])<3(?= (?:you|this|it|him|her|them|my|that|u)\b)|(?<=[a-z!.] )<3(?=[.!]?$)", " "),
    rule(r"(?<![\w.-])10-4(?=[,.!?]|$| (?:good|over|that))", "ten four"),
    rule(r"(?<![\w/.])(\d{1,2})/(\d{1,2})(?![\w/]|[.,]\d)(?!-)", _split),
    rule(r"(?<![\w/.,-])24-7(?![\w/-]|[.,]\d)", "twenty-four seven"),
    rule(
        r"(?<![\w/.,-])([2-9]0)-\1(?![\w/-]|[.,]\d)",
        lambda match: f"{cardinal(int(match[1]))} {cardinal(int(match[1]))}",
    ),
    rule(r"(?<=[a-z\d]) ?\bff\.?(?=[\s,;)]|$)", " and following"),
    rule(r"(?<=\w )#\s(?=\d)", "number "),
    rule(r"(?<![\w/.])([2-9]|12)/(2|4|8|16)(?= (?:time|beat|meter|metre|signature|rhythm|bars?)\b)", _metre),
    rule(
        r"\b([Bb]lood pressure (?:of |was |is |at |reading |: ?)?|BP (?:of |was |is )?)(\d{2,3})/(\d{2,3})\b", _pressure
    ),
    rule(r"\bS(\d{1,2}) ?E(\d{1,2})\b", _episode),
    rule(rf"\b((?:{_LABELS})\.? (?:no\.? )?#?)(\d{{1,4}})-?([A-Ha-h])\b(?!['’])", _label, flags=re.IGNORECASE),
    rule(rf"((?:^|\b\w+ |\W))\.(\d{{2}})(?=[- ]{_GUN}\b)", _bore),
    rule(r"(\b[aA] )\.(22|25|32|38|40|44|45|50)(?=[.,;!?]|$| [a-z])(?! (?:of|percent|per|in|inch|mm|cm))", _bore),
    rule(r"(\b(?:his|her|the|my|their) )\.(22|25|32|38|44|45)(?=[.,;!?]|$| (?:and|from|in|at|to|was))", _bore),
    rule(r"\b(360|480|720|1080|1440|2160|4320)([pi])\b", _lines),
    rule(
        r"(?<![\w.:])(\d{1,3}) ?h(?:rs?\.?)? ?(\d{1,2}) ?m(?:ins?)?\.?(?: ?(\d{1,2}) ?s(?:ecs?)?\.?)?(?![\w/²³])",
        _lasting,
    ),
    rule(r"(?<![\w.:])([0-5]?\d):([0-5]\d)\.(\d{1,3})(?![\w:.])", _raced),
    rule(
        r"(?<![\w.])(\d{1,3}(?:\.\d+)?) ?° ?(?:(\d{1,2}) ?[′'’] ?)?(?:(\d{1,2}(?:\.\d+)?) ?[″\"”] ?)?([NSEW])\b(?!['’.]\w)",
        _place,
    ),
    rule(r"\b[vV](?=\d{1,2}\.\d)", "version "),
    rule(r"\b(ending (?:in|on|with) )(\d{3,4})\b", lambda match: match[1] + digits(match[2])),
    rule(
        rf"(\b[Tt]here (?:were|are|was) (?:about |only |some |over |nearly |almost )?)(1[1-9]\d\d|20\d\d)(?= {_COUNTED})",
        _people,
    ),
    rule(
        r"(?<![\w.])(2|3|22|23|32|33|42|43)d(?= [A-Z][a-z]| (?:of|day|edition|series|ed\.))",
        lambda match: ordinal(int(match[1])),
    ),
    rule(r"(?<=\w{3} )(2|3|22|23)d\b(?=[.,;]|$)", lambda match: ordinal(int(match[1]))),
    rule(r"(?<=\d)(?:ST|ND|RD|TH)\b", lambda match: match[0].lower()),
    rule(
        r"(?<![\w.,:])(\d{1,3}):(\d{1,4})(?= (?:scale|ratio|odds|mixture|mix|slope|gradient|dilution|model|replica|map)\b)",
        r"\1 to \2",
    ),
    rule(r"\b((?:scale|ratio|odds) (?:of|at|is|was|were|from) )(\d{1,3}):(\d{1,4})\b", r"\1\2 to \3"),
    rule(r"¶¶ ?(?=\d)", "paragraphs "),
    rule(r"¶ ?(?=\d)", "paragraph "),
    rule(r"(?<=\w) ?− ?(?=[\w(])", " minus "),
    rule(r"\b([A-F])[-−](?= (?:in|for|on|grade|average|student)\b|[.,;!?]|$)", r"\1 minus"),
)
