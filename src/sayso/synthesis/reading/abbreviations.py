# ruff: noqa: RUF001, E501 - typographic characters are the matter here; tables and patterns read best so
"""Abbreviations: what they stand for depends on what stands beside them."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.moments import SHORT_MONTHS
from sayso.synthesis.reading.rules import Rules, rule, stop_if_ends

_TITLES: Final = {
    "Mr": "Mister",
    "Mrs": "Missus",
    "Messrs": "Messieurs",
    "Dr": "Doctor",
    "Drs": "Doctors",
    "Prof": "Professor",
    "Mt": "Mount",
    "Mme": "Madame",
}
_STOPPED_TITLES: Final = {
    "Ft": "Fort",
    "Gen": "General",
    "Gov": "Governor",
    "Sen": "Senator",
    "Rep": "Representative",
    "Capt": "Captain",
    "Lt": "Lieutenant",
    "Col": "Colonel",
    "Sgt": "Sergeant",
    "Cpl": "Corporal",
    "Maj": "Major",
    "Adm": "Admiral",
    "Cmdr": "Commander",
    "Rev": "Reverend",
    "Hon": "Honorable",
    "Pres": "President",
    "Supt": "Superintendent",
    "Fr": "Father",
    "Msgr": "Monsignor",
    "Sec": "Secretary",
    "Treas": "Treasurer",
    "Insp": "Inspector",
    "Det": "Detective",
    "Bp": "Bishop",
    "Abp": "Archbishop",
    "Pvt": "Private",
    "Pfc": "Private First Class",
    "Atty": "Attorney",
    "Amb": "Ambassador",
    "Cdr": "Commander",
    "Brig": "Brigadier",
    "Sr": "Sister",
    "Br": "Brother",
    "Univ": "University",
    "Pt": "Point",
}
_STATES: Final = {
    "Calif": "California", "Conn": "Connecticut", "Tenn": "Tennessee", "Ariz": "Arizona", "Colo": "Colorado",
    "Minn": "Minnesota", "Okla": "Oklahoma", "Wyo": "Wyoming", "Fla": "Florida", "Wis": "Wisconsin",
}  # fmt: skip
_AFTER_NAMES: Final = {
    "Jr": "Junior",
    "Sr": "Senior",
    "Esq": "Esquire",
    "Inc": "Incorporated",
    "Corp": "Corporation",
    "Ltd": "Limited",
    "Co": "Company",
    "Cos": "Companies",
    "Bros": "Brothers",
    "Ave": "Avenue",
    "Blvd": "Boulevard",
    "Rd": "Road",
    "Ln": "Lane",
    "Hwy": "Highway",
    "Pkwy": "Parkway",
    "Pl": "Place",
    "Sq": "Square",
    "Ct": "Court",
    "Univ": "University",
    "Bldg": "Building",
}
BEFORE_NUMBERS: Final = {
    "No": "Number",
    "no": "number",
    "Nos": "Numbers",
    "nos": "numbers",
    "p": "page",
    "pp": "pages",
    "P": "Page",
    "pg": "page",
    "vol": "volume",
    "Vol": "Volume",
    "vols": "volumes",
    "Vols": "Volumes",
    "Chs": "Chapters",
    "chs": "chapters",
    "Hwy": "Highway",
    "hwy": "highway",
    "Bldg": "Building",
    "bldg": "building",
    "Rte": "Route",
    "Rm": "Room",
    "Fl": "Floor",
    "Ex": "Example",
    "cap": "chapter",
    "Pp": "Pages",
    "Pg": "Page",
    "ll": "lines",
    "Bk": "Book",
    "bk": "book",
    "Pt": "Part",
    "pt": "part",
    "pts": "parts",
    "Sc": "Scene",
    "sc": "scene",
    "ch": "chapter",
    "Ch": "Chapter",
    "chap": "chapter",
    "Chap": "Chapter",
    "fig": "figure",
    "Fig": "Figure",
    "figs": "figures",
    "Figs": "Figures",
    "sec": "section",
    "Sec": "Section",
    "sect": "section",
    "art": "article",
    "Art": "Article",
    "par": "paragraph",
    "eq": "equation",
    "Eq": "Equation",
    "ver": "version",
    "Op": "Opus",
    "op": "opus",
    "fn": "footnote",
    "Fn": "Footnote",
    "ext": "extension",
    "Ext": "Extension",
    "tel": "telephone",
    "Tel": "Telephone",
    "apt": "apartment",
    "Apt": "Apartment",
    "Ste": "Suite",
    "c": "circa",
    "ca": "circa",
    "est": "established",
    "Est": "Established",
}
_ANYWHERE: Final = {
    "approx": "approximately",
    "max": "maximum",
    "Approx": "Approximately",
    "dept": "department",
    "Dept": "Department",
    "govt": "government",
    "Govt": "Government",
    "incl": "including",
    "excl": "excluding",
    "misc": "miscellaneous",
    "avg": "average",
    "viz": "namely",
    "cf": "compare",
    "assn": "association",
    "Assn": "Association",
    "Tues": "Tuesday",
    "Thurs": "Thursday",
    "Thur": "Thursday",
}
_DAYS: Final = {"Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Fri": "Friday"} | {
    "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip

_SAINTS: Final = (
    "Agnes|Albans|Andrew|Andrews|Anne|Anselm|Anthony|Augustine|Barbara|Bartholomew|Basil|Benedict|Bernard|Brendan|"
    "Catherine|Cecilia|Charles|Clair|Clare|Cloud|Columba|Croix|David|Denis|Dominic|Edmund|Elmo|Francis|Gallen|George|"
    "Germain|Giles|Gregory|Helena|Helens|Helier|Ignatius|Ives|James|Jerome|Joan|John|Johns|Joseph|Jude|Kitts|Lawrence|"
    "Leonard|Louis|Lucia|Luke|Margaret|Mark|Martin|Mary|Matthew|Maurice|Michael|Moritz|Nicholas|Olaf|Pancras|Patrick|"
    "Paul|Peter|Petersburg|Philip|Pierre|Regis|Sebastian|Simon|Stephen|Swithin|Teresa|Thomas|Tropez|Valentine|Vincent|Vitus"
)
_NOT_STREETS: Final = (
    "The|In|On|At|To|From|Of|And|But|Or|For|By|With|Near|Mount|Mt|Fort|Lake|Port|Cape|Bay|East|West|North|South|Old|New|"
    "Sir|Lady|Lord|Feast|Father|Brother|Mother|This|That|His|Her|Our|My|Your|Their|A|An|As|If|When|While|After|Before|"
    "Where|Until|Since|Was|Is|Did|Does|Do|Not|So|See|Visit|Dear|O|Oh|Jill|Great|Little|Upper|Lower|Through|Over|Beyond"
)


def _expand(table: dict[str, str]) -> str:
    return "|".join(sorted(table, key=len, reverse=True))


_COMPASS: Final = {
    "N": "North", "S": "South", "E": "East", "W": "West", "NE": "Northeast", "NW": "Northwest", "SE": "Southeast",
    "SW": "Southwest",
}  # fmt: skip
_CLIPPED: Final = {
    "gov": "government", "dep": "department", "int": "international", "nat": "national", "cont": "continued",
    "sec": "secretary", "ass": "association",
}  # fmt: skip


def _clipped(match: re.Match[str]) -> str:
    word = _CLIPPED[re.split("['’]", match[0])[0].lower()]
    return word.capitalize() if match[0][0].isupper() else word


def _days(match: re.Match[str]) -> str:
    return f"{_DAYS[match[1]]} {match[2]} {_DAYS[match[3]]}{stop_if_ends(match)}"


_RATES_ALONE: Final = {
    "km/h": "kilometers per hour", "m/s": "meters per second", "mg/dL": "milligrams per deciliter",
    "mmol/L": "millimoles per liter", "mg/kg": "milligrams per kilogram", "g/mol": "grams per mole",
}  # fmt: skip
"""Where no number stands before them: those are read with their number."""
_SCALES: Final = {"Mio": "million", "Mill": "million", "Mrd": "billion", "Mld": "billion", "Tsd": "thousand"}


def _scale(match: re.Match[str]) -> str:
    return f"{match[1]}{f'.{match[2]}' if match[2] else ''} {_SCALES[match[3]]}"


def _street(match: re.Match[str]) -> str:
    return "Street" + stop_if_ends(match)


def _named_street(match: re.Match[str]) -> str:
    return f"{match[1]} {_street(match)}"


RULES: Final = Rules(
    rule(r"\bS?Fr\. ?(?=\d)", "CHF "),
    rule(r"(?<![\w.])\.NET\b", "dot net"),
    rule(r"\bCtrl\b", "Control"),
    rule(r"(?<=\b1 )fl\. ?oz\b\.?", lambda match: "fluid ounce" + stop_if_ends(match)),
    rule(r"\bfl\. ?oz\b\.?", lambda match: "fluid ounces" + stop_if_ends(match)),
    rule(r"(?<![\w])([A-G])[#♯]m(?![\w])", r"\1 sharp minor"),
    rule(r"\b([A-G])b(?= (?:major|minor|maj|min)\b)", r"\1 flat"),
    rule(r"(?<![\w])([A-G])[#♯](?![\w])", r"\1 sharp"),
    rule(r"(?<![\w])([A-G])♭(?![\w])", r"\1 flat"),
    rule(r"(?<![\w/])(?:N/A|n/a)(?=\.(?:\s|$))", "N.A"),
    rule(r"(?<![\w/])(?:N/A|n/a)(?![\w/])", "N.A."),
    rule(r"(?<![\w/])(?:A/C|a/c)(?=\.(?:\s|$))", "A.C"),
    rule(r"(?<![\w/])(?:A/C|a/c)(?![\w/])", "A.C."),
    rule(r"(?<![\w.,])(\d+)(?:,(\d+))? ?(Mio|Mill|Mrd|Mld|Tsd)\b\.?(?! [A-Z][a-z]{3,} [a-z])", _scale),
    rule(
        r"\b3M(?='s\b| (?:[Cc]ompany|Co\b|[Cc]orporation|Corp\b|tape|adhesives?|masks?|respirators?|stock|shares)\b)",
        "Three M",
    ),
    rule(r"(?<=[Cc]ompany )3M\b|(?<=[Ff]irm )3M\b", "Three M"),
    rule(r"\b([bB])\. ?(?=1\d{3}\b|20\d{2}\b)", "born "),
    rule(r"(?:(?<=[\s(])|^)d\. ?(?=1\d{3}\b|20\d{2}\b)", "died "),
    rule(r"(?:(?<=[\s(])|^)fl\. ?(?=1\d{3}\b)", "flourished "),
    rule(r"(?<![\w'’])([Tt])h['’](?= [A-Za-z])", r"\1he"),
    rule(
        r"(?<![\w.])(IT)(?= (?:jobs?|department|support|team|staff|industry|manager|systems?|guy|man|men|woman|expert|experts|helpdesk|equipment|skills|training|school|desk|company|security|budget|professionals?|worker|workers|specialist|consultant|project|infrastructure|services?|sector|admin)\b)",
        "I.T.",
    ),
    rule(
        r"\bWHO(?= (?:guidelines?|reports?|officials?|data|director|recommend\w+|figures|estimates?|chief|spokes\w+|experts?|list|study|team)\b)",
        "W.H.O.",
    ),
    rule(r"\b([BM])\.?Sc\b\.?", r"\1.S.C."),
    rule(r"\b([Ee])\.\s?g\.", lambda match: "For example" if match[1] == "E" else "for example"),
    rule(r"\b([Ii])\.\s?e\.", lambda match: "That is" if match[1] == "I" else "that is"),
    rule(r"(?:\betc|&c)\b\.?", lambda match: "et cetera" + stop_if_ends(match)),
    rule(r"\bet al\.", lambda match: "et al" + stop_if_ends(match)),
    rule(r"\ba\.k\.a\.", "also known as"),
    rule(r"\bvs\b\.?", "versus"),
    rule(r"(?<=[a-z.] )v\. (?=[A-Z])", "versus "),
    rule(r"\bw/o\b", "without"),
    rule(r"\bc/o\b", "care of"),
    rule(r"\b(Hwy|Rte|Apt|Bldg|Ste|Rm)(?= \d)", lambda match: BEFORE_NUMBERS[match[1]]),
    rule(
        r"\b([NS]?[EW]|[NS])\.? (?=\d+(?:st|nd|rd|th) (?:St|Ave|Street|Avenue|Blvd|Rd|Road)\b)",
        lambda match: f"{_COMPASS[match[1]]} ",
    ),
    rule(r"\bw/ ?(?=\w{2})", "with "),
    rule(r"\b[Tt]h['’](?=[a-z]{2})", "the "),
    rule(r"\b(?:[Gg]ov|[Dd]ep|[Ii]nt|[Nn]at)['’](?:t|l)\b|\b[Cc]ont['’]d\b|\b[Ss]ec['’]y\b|\b[Aa]ss['’]n\b", _clipped),
    rule(r"\bv\. ?(?=\d+\.\d)", "version "),
    rule(r"\bv\. ?(?=\d)", "verse "),
    rule(r"\bvv\. ?(?=\d)", "verses "),
    rule(r"\bet seq\b\.?", lambda match: "and following" + stop_if_ends(match)),
    rule(
        r"\bSr\. (?=(?:Engineer|Manager|Director|Analyst|Developer|Vice|Editor|Officer|Consultant|Partner|Associate|Scientist)\b)",
        "Senior ",
    ),
    rule(r"\bJr\. (?=(?:High|College|Partner|Associate|Engineer|Analyst|Developer|Year|School)\b)", "Junior "),
    rule(r"\br\. ?(?=\d{3,4}[-–]\d)", "reigned "),
    rule(r"\bb/c\b", "because"),
    rule(r"§§ ?(?=\d)", "sections "),
    rule(r"§ ?(?=\d)", "section "),
    rule(r"(?<![\w&])#(?=\d)", "number "),
    rule(r"\b([Tt])el\. ?(?=[+(])", r"\1elephone "),
    rule(r"\b([Ee])q\. ?(?=\(\d)", r"\1quation "),
    rule(rf"(?<![\w./])({_expand(_RATES_ALONE)})(?![\w/])", lambda match: _RATES_ALONE[match[1]]),
    rule(rf"\b({_expand(BEFORE_NUMBERS)})\. ?(?=\d)", lambda match: f"{BEFORE_NUMBERS[match[1]]} "),
    rule(rf"(?<![\w.])({_expand(_ANYWHERE)})\.", lambda match: _ANYWHERE[match[1]] + stop_if_ends(match)),
    rule(rf"\b({_expand(_DAYS)})\.(?=,| (?:\d|[A-Z][a-z]{{2,8}}\.? \d))", lambda match: _DAYS[match[1]]),
    rule(rf"\b({_expand(_STATES)})\.", lambda match: _STATES[match[1]] + stop_if_ends(match)),
    rule(r"\bMass\.(?= Ave)|(?<=[a-z], )Mass\.", "Massachusetts"),
    rule(r"(?<=[a-z] )(Ave|Blvd|Pkwy)(?=[,;]|$)", lambda match: _AFTER_NAMES[match[1]]),
    rule(r"(?<=(?:st|nd|rd|th) )ed\.", lambda match: "edition" + stop_if_ends(match)),
    rule(r"(?<=(?:st|nd|rd|th) )edn\.", lambda match: "edition" + stop_if_ends(match)),
    rule(r"^(Jr|Sr|Esq|Inc|Ltd|Corp)\.$", lambda match: f"{_AFTER_NAMES[match[1]]}."),
    *SHORT_MONTHS,
    rule(rf"\b({_expand(_DAYS)})\. (and|or|to|through) ({_expand(_DAYS)})\.", _days),
    # A street: after an ordinal, after a name that no saint's name follows, or where a name cannot follow.
    rule(r"(?<=\d(?:st|nd|rd|th) )St\b\.?", _street),
    rule(rf"\b(?!(?:{_NOT_STREETS})\b)([A-Z][a-z]+) St\.(?! (?:{_SAINTS})\b)", _named_street),
    rule(r"(?<=\d [A-Z])([a-z]+) Dr\b\.?", lambda match: f"{match[1]} Drive{stop_if_ends(match)}"),
    rule(r"(?<=[a-z] )Dr\.(?= ?[,;)]| [a-z]|$)", "Drive"),
    rule(r"\bUniv\.(?= of\b)", "University"),
    rule(r"\bSt\b\.? (?=[A-Z])", "Saint "),
    rule(r"\bSt\.", _street),
    rule(r"\bSts\. (?=[A-Z])", "Saints "),
    rule(rf"\b({_expand(_TITLES)})\b\.? (?=[A-Z]|(?:and|or) [A-Z])", lambda match: f"{_TITLES[match[1]]} "),
    rule(r"\bMs\. ?(?=[A-Z])", "Ms "),
    rule(rf"\b({_expand(_STOPPED_TITLES)})\. (?=[A-Z])", lambda match: f"{_STOPPED_TITLES[match[1]]} "),
    rule(rf"(?<=[\w,&] )({_expand(_AFTER_NAMES)})\.", lambda match: _AFTER_NAMES[match[1]] + stop_if_ends(match)),
)
