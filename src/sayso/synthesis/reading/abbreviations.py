# ruff: noqa: RUF001, SIM905, E501 - typographic characters are the matter here; tables and patterns read best so
"""Abbreviations and Roman numerals: what they stand for depends on what stands beside them."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.moments import SHORT_MONTHS
from sayso.synthesis.reading.numerals import ROMAN_PATTERN, cardinal, ordinal, roman
from sayso.synthesis.reading.rules import Rule, rule, stop_if_ends

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
}
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
_BEFORE_NUMBERS: Final = {
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

_COUNTED_NOUNS: Final = (
    "Chapter|Chapters|Book|Part|Parts|Volume|Act|Acts|Scene|Section|Article|Appendix|Figure|Table|Canto|Phase|Type|Level|"
    "Class|Grade|Stage|Lesson|Episode|Season|Unit|Title|Verse|Psalm|Sonnet|Symphony|Opus|Sonata|Apollo|Gemini|Saturn|"
    "War|Bowl|Rocky|Fantasy|Mark|Division|Category|Schedule|Annex|Exhibit|Plate|Letter|Movement|Step|Round|Group|Tier"
)
_RULERS: Final = (
    "Albert|Alexander|Alfonso|Alfred|Baldwin|Benedict|Boniface|Carlos|Catherine|Charles|Christian|Clement|Cleopatra|"
    "Constantine|Darius|Edgar|Edmund|Edward|Elizabeth|Ferdinand|Francis|Franz|Frederick|George|Gregory|Gustav|Harald|"
    "Harold|Henri|Henry|Innocent|Isabella|Ivan|James|John|Joseph|Juan|Julius|Justinian|Karl|Leo|Leopold|Louis|Ludwig|"
    "Manuel|Margaret|Mary|Maximilian|Mehmed|Mehmet|Murad|Napoleon|Nicholas|Olaf|Otto|Paul|Pedro|Peter|Philip|"
    "Pius|Ptolemy|Ramesses|Ramses|Richard|Robert|Rudolf|Selim|Sixtus|Stephen|Theodosius|Thutmose|Umberto|Urban|Victoria|"
    "Vittorio|Emmanuel|Wilhelm|William|Xerxes|Charlemagne|Sigismund|Casimir|Baudouin|Haakon|Akbar|Rama"
)
_RULER_TITLES: Final = "King|Queen|Pope|Emperor|Empress|Tsar|Czar|Tsarina|Prince|Princess|Sultan|Kaiser|Duke|Saint|Shah"
_NUMERAL: Final = rf"({ROMAN_PATTERN})"
_LATER: Final = r"((?=[IVX])(?:X{0,2})(?:IX|IV|VI{0,3}|I{2,3}|(?<=X)I{0,3}))"  # II and up: a lone I may be the pronoun
_END_OF_NAME: Final = r"\b(?!['’.](?!s\b)\w|\w|-)"
_LETTERED: Final = frozenset(
    "Appendix Annex Exhibit Schedule Category Class Grade Type Group Tier Plate Letter Unit Table Figure Level".split()
)
_BOOKS: Final = {
    "Gen": "Genesis", "Ex": "Exodus", "Exod": "Exodus", "Lev": "Leviticus", "Num": "Numbers", "Deut": "Deuteronomy",
    "Josh": "Joshua", "Judg": "Judges", "Sam": "Samuel", "Kgs": "Kings", "Chr": "Chronicles", "Chron": "Chronicles",
    "Neh": "Nehemiah", "Esth": "Esther", "Ps": "Psalm", "Pss": "Psalms", "Prov": "Proverbs", "Eccl": "Ecclesiastes",
    "Isa": "Isaiah", "Jer": "Jeremiah", "Lam": "Lamentations", "Ezek": "Ezekiel", "Dan": "Daniel", "Hos": "Hosea",
    "Obad": "Obadiah", "Mic": "Micah", "Nah": "Nahum", "Hab": "Habakkuk", "Zeph": "Zephaniah", "Hag": "Haggai",
    "Zech": "Zechariah", "Mal": "Malachi", "Matt": "Matthew", "Mt": "Matthew", "Mk": "Mark", "Lk": "Luke", "Jn": "John",
    "Rom": "Romans", "Cor": "Corinthians", "Gal": "Galatians", "Eph": "Ephesians", "Phil": "Philippians",
    "Col": "Colossians", "Thess": "Thessalonians", "Tim": "Timothy", "Tit": "Titus", "Philem": "Philemon",
    "Heb": "Hebrews", "Jas": "James", "Pet": "Peter", "Rev": "Revelation",
}  # fmt: skip
_WHOLE_BOOKS: Final = "|".join(
    {*_BOOKS.values(), "Ezra", "Ruth", "Job", "Joel", "Amos", "Jonah", "Luke", "Acts", "Jude", "Song of Songs"}
)
_VERSES: Final = r"(\d{1,3}):(\d{1,3})(?:\s?[-–—]\s?(?:(\d{1,3}):)?(\d{1,3}))?(?:, ?(\d{1,3}))?(?![\d:])"
_BOOK_NUMBERS: Final = {"1": "First", "2": "Second", "3": "Third", "I": "First", "II": "Second", "III": "Third"}
_CENTURIES: Final = (
    "century|centuries|dynasty|legion|corps|amendment|olympiad|arrondissement|army|congress|session|edition"
)


def _expand(table: dict[str, str]) -> str:
    return "|".join(sorted(table, key=len, reverse=True))


def _count(match: re.Match[str]) -> str:
    return f"{match[1]} {cardinal(roman(match[2]))}"


def _counted_noun(match: re.Match[str]) -> str:
    """Read "Part IV was", but not "the part I was given": a lone I before a small word is the pronoun.

    A lone C, D, L or M counts nothing, and what is lettered, such as an appendix, has letters.
    """
    if len(match[2]) == 1 and (match[2] in "CDLM" or match[1] in _LETTERED):
        return match[0]
    is_pronoun = match[2] == "I" and re.match(r" (?!of\b|and\b|to\b)[a-z]", match.string[match.end() :])
    return match[0] if is_pronoun else _count(match)


def _reign(match: re.Match[str]) -> str:
    return f"{match[1]} the {ordinal(roman(match[2])).capitalize()}"


def _street(match: re.Match[str]) -> str:
    return "Street" + stop_if_ends(match)


def _named_street(match: re.Match[str]) -> str:
    return f"{match[1]} {_street(match)}"


def _verses(match: re.Match[str]) -> str:
    number, book, chapter, verse, last_chapter, last, more = match.groups()
    words = f"{_BOOK_NUMBERS[number]} " if number else ""
    is_several = bool(last or more)
    words += f"{_BOOKS.get(book.rstrip('.'), book)} {cardinal(int(chapter))}{',' if is_several else ''} {cardinal(int(verse))}"
    if last_chapter:
        words += f" to {cardinal(int(last_chapter))}, {cardinal(int(last))}"
    elif last:
        words += f" to {cardinal(int(last))}"
    return words + (f" and {cardinal(int(more))}" if more else "")


def _world_war(match: re.Match[str]) -> str:
    return f"World War {cardinal(roman(match[1])).capitalize()}"


def _heading(match: re.Match[str]) -> str:
    if match[1] in "CDLM":
        return match[0]
    return f"{cardinal(roman(match[1])).capitalize()}."


RULES: Final[list[Rule]] = [
    rule(rf"\b(?:([1-3]|I{{1,3}}) )?({_expand(_BOOKS)})\.? {_VERSES}", _verses),
    rule(rf"\b(?:([1-3]|I{{1,3}}) )?({_WHOLE_BOOKS}) {_VERSES}", _verses),
    rule(
        rf"\b((?:{_COUNTED_NOUNS}|Room|Track|Page|Day|Week|Lesson|Item|Question|Exercise|Number) )0+(?=[1-9])",
        r"\1",
        flags=re.IGNORECASE,
    ),
    rule(r"(?<![\w])([A-G])[#♯](?![\w])", r"\1 sharp"),
    rule(r"(?<![\w])([A-G])♭(?![\w])", r"\1 flat"),
    rule(r"\bWW(I{1,2})\b", _world_war),
    rule(
        rf"(?<![\w.])(?!I[ -]){_NUMERAL}((?:st|nd|rd|th)?(?:-| )(?=(?:{_CENTURIES})\b))",
        lambda match: f"{ordinal(roman(match[1]))}{match[2][-1]}",
    ),
    rule(rf"(?<![\w.]){_NUMERAL}(?:st|nd|rd|th)\b", lambda match: ordinal(roman(match[1]))),
    rule(r"(?<![\w/])(?:N/A|n/a)(?=\.(?:\s|$))", "N.A"),
    rule(r"(?<![\w/])(?:N/A|n/a)(?![\w/])", "N.A."),
    rule(r"\b([bB])\. ?(?=1\d{3}\b|20\d{2}\b)", "born "),
    rule(r"(?<=[\s(])d\. ?(?=1\d{3}\b|20\d{2}\b)", "died "),
    rule(r"(?<=[\s(])fl\. ?(?=1\d{3}\b)", "flourished "),
    rule(r"(?<![\w'’])([Tt])h['’](?= [A-Za-z])", r"\1he"),
    rule(
        r"(?<![\w.])(IT)(?= (?:jobs?|department|support|team|staff|industry|manager|systems?|guy|desk|company|security|budget|professionals?|worker|workers|specialist|consultant|project|infrastructure|services?|sector|admin)\b)",
        "I.T.",
    ),
    rule(r"\b([Ee])\.\s?g\.", lambda match: "For example" if match[1] == "E" else "for example"),
    rule(r"\b([Ii])\.\s?e\.", lambda match: "That is" if match[1] == "I" else "that is"),
    rule(r"(?:\betc|&c)\b\.?", lambda match: "et cetera" + stop_if_ends(match)),
    rule(r"\bet al\.", lambda match: "et al" + stop_if_ends(match)),
    rule(r"\ba\.k\.a\.", "also known as"),
    rule(r"\bvs\b\.?", "versus"),
    rule(r"(?<=[a-z.] )v\. (?=[A-Z])", "versus "),
    rule(r"\bw/o\b", "without"),
    rule(r"\bw/ ?(?=\w)", "with "),
    rule(r"\bb/c\b", "because"),
    rule(r"§§ ?(?=\d)", "sections "),
    rule(r"§ ?(?=\d)", "section "),
    rule(r"(?<![\w&])#(?=\d)", "number "),
    rule(rf"\b({_expand(_BEFORE_NUMBERS)})\. ?(?=\d)", lambda match: f"{_BEFORE_NUMBERS[match[1]]} "),
    rule(rf"(?<![\w.])({_expand(_ANYWHERE)})\.", lambda match: _ANYWHERE[match[1]] + stop_if_ends(match)),
    rule(rf"\b({_expand(_DAYS)})\.(?=,| (?:\d|[A-Z][a-z]{{2,8}}\.? \d))", lambda match: _DAYS[match[1]]),
    *SHORT_MONTHS,
    # A street: after an ordinal, after a name that no saint's name follows, or where a name cannot follow.
    rule(r"(?<=\d(?:st|nd|rd|th) )St\b\.?", _street),
    rule(rf"\b(?!(?:{_NOT_STREETS})\b)([A-Z][a-z]+) St\.(?! (?:{_SAINTS})\b)", _named_street),
    rule(r"(?<=\d [A-Z])([a-z]+) Dr\b\.?", lambda match: f"{match[1]} Drive{stop_if_ends(match)}"),
    rule(r"(?<=[a-z] )Dr\.(?= ?[,;)]| [a-z]|$)", "Drive"),
    rule(r"\bSt\b\.? (?=[A-Z])", "Saint "),
    rule(r"\bSt\.", _street),
    rule(r"\bSts\. (?=[A-Z])", "Saints "),
    rule(rf"\b({_expand(_TITLES)})\b\.? (?=[A-Z]|(?:and|or) [A-Z])", lambda match: f"{_TITLES[match[1]]} "),
    rule(r"\bMs\. ?(?=[A-Z])", "Ms "),
    rule(rf"\b({_expand(_STOPPED_TITLES)})\. (?=[A-Z])", lambda match: f"{_STOPPED_TITLES[match[1]]} "),
    rule(rf"(?<=[\w,&] )({_expand(_AFTER_NAMES)})\.", lambda match: _AFTER_NAMES[match[1]] + stop_if_ends(match)),
    rule(rf"\b(World War) {_NUMERAL}\b", _count),
    rule(rf"\b({_COUNTED_NOUNS}) {_NUMERAL}{_END_OF_NAME}", _counted_noun),
    rule(
        rf"\b({'|'.join(noun.upper() for noun in ('Chapter', 'Book', 'Part', 'Volume', 'Act', 'Scene'))}) {_NUMERAL}\b",
        _count,
    ),
    rule(rf"\b((?:{_RULER_TITLES})(?: [A-Z][a-z]+){{1,2}}) {_NUMERAL}{_END_OF_NAME}", _reign),
    rule(rf"\b({_RULERS}) {_LATER}{_END_OF_NAME}", _reign),
    rule(rf"\b({_RULERS}) (I)(?= of\b|[,;)])", _reign),
    rule(rf"\b((?:{_RULERS}) [A-Z][a-z]+),? {_LATER}{_END_OF_NAME}", _reign),
    rule(rf"(?<=[a-z] )([A-Z][a-z]+) ((?:V?I){{2,3}}|IV|VI){_END_OF_NAME}", _count),
    rule(rf"^{_NUMERAL}\.?$", _heading),
    rule(r"^(?=[XVI])((?:X{0,3})(?:IX|IV|V?I{0,3}))\. (?=[A-Z][^.!?]*$)", lambda match: f"{_heading(match)} "),
]
