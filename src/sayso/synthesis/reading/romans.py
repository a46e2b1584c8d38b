# ruff: noqa: RUF001, SIM905, E501 - typographic characters are the matter here; tables and patterns read best so
"""Roman numerals: counted after a chapter or a war, ordinal after a king and before a century, years, and never the pronoun."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.abbreviations import BEFORE_NUMBERS
from sayso.synthesis.reading.numerals import ROMAN_PATTERN, cardinal, ordinal, roman, year
from sayso.synthesis.reading.rules import Rules, rule

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
_RULED: Final = (
    "ruled|reigned|died|became|invaded|married|succeeded|granted|signed|founded|abdicated|defeated|conquered|ascended|"
    "ordered|crowned|and (?:his|her|the)|was (?:crowned|king|queen|born|succeeded|executed|the)"
)
_RULER_TITLES: Final = "King|Queen|Pope|Emperor|Empress|Tsar|Czar|Tsarina|Prince|Princess|Sultan|Kaiser|Duke|Saint|Shah"
_NUMERAL: Final = rf"({ROMAN_PATTERN})"
_LATER: Final = r"((?=[IVX])(?:X{0,2})(?:IX|IV|VI{0,3}|I{2,3}|(?<=X)I{0,3}))"  # II and up: a lone I may be the pronoun
_END_OF_NAME: Final = r"\b(?!['’.](?!s\b)\w|\w|-)"
_LETTERED: Final = frozenset("Appendix Annex Exhibit Plate Letter".split())
_LETTERED_LATER: Final = _LETTERED | frozenset(
    "Unit Group Schedule Category Class Grade Type Tier Table Figure Level".split()
)
_FIRST_NAMES: Final = (
    "Adam|Alan|Alec|Alex|Alfred|Allan|Allen|Andrew|Anthony|Archibald|Arthur|Barry|Benjamin|Bernard|Bill|Bob|"
    "Bradley|Brian|Bruce|Calvin|Carl|Cecil|Chester|Chris|Christopher|Clarence|Cornelius|Cyril|Daniel|David|Davis|"
    "Dennis|Donald|Douglas|Dwight|Earl|Edgar|Edwin|Elliot|Eric|Ernest|Eugene|Frank|Franklin|Fred|Gerald|Gilbert|"
    "Gordon|Graham|Hamilton|Harry|Harvey|Hector|Herbert|Herman|Horace|Howard|Hugh|Ian|Isaac|Jack|Jacob|Jason|"
    "Jeffrey|Jeremy|Jerome|Jim|Joe|Jonathan|Joshua|Keith|Kenneth|Kevin|Larry|Laurence|Lawrence|Leonard|Lewis|"
    "Lloyd|Loudon|Luke|Malcolm|Marcus|Martin|Matthew|Maurice|Max|Michael|Mike|Mitchell|Morgan|Nathan|Nathaniel|"
    "Neil|Nelson|Norman|Oliver|Oscar|Patrick|Percy|Peter|Ralph|Raymond|Reginald|Roger|Roland|Ronald|Roy|Rupert|"
    "Russell|Sam|Samuel|Sidney|Simon|Spencer|Stanley|Steven|Stuart|Theodore|Thomas|Thurston|Timothy|Tom|Vernon|"
    "Victor|Vincent|Wallace|Walter|Warren|Wesley|Winston"
)
_CENTURIES: Final = "[Cc]entury|[Cc]enturies|[Dd]ynasty|[Ll]egion|[Cc]orps|[Aa]mendment|[Oo]lympiad|Winter Olympi|arrondissement|[Aa]rmy|[Cc]ongress|session|edition"
_SMALL_NOUNS: Final = (
    "chapters?|books?|parts?|volumes?|acts?|scenes?|sections?|cantos?|verses?|pages?|psalms?|figures?|tables?|notes?|articles?|"
    "stanzas?|lines?|lessons?|appendix|footnotes?|letters?|sonnets?|items?|points?|clauses?|plates?"
)
_SMALL_NUMERAL: Final = r"((?=[ivxl])(?:x{1,3}|xl|lx{0,3}|xc)?(?:ix|iv|v?i{0,3}))"
_YEAR: Final = r"(M{1,2}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))"
_SHORT: Final = "|".join(sorted(BEFORE_NUMBERS, key=len, reverse=True))
_SAYS_I: Final = re.compile(
    r" (?:am|was|have|had|has|did|do|don't|didn't|will|would|can|could|can't|couldn't|shall|should|may|might|must|think|thought|"
    r"know|knew|saw|see|said|say|went|go|got|get|took|take|made|make|read|wrote|like|love|want|need|feel|felt|find|found|"
    r"never|always|just|really|also|only|still|even|wish|hope|believe|remember|learn|learnt|began|begin|came|come|heard|hear|told|tell|ask|"
    r"met|lost|left|kept|held|stood|sat|spoke|tried|gave|give|\w+ed)\b"
)


def _count(match: re.Match[str]) -> str:
    return f"{match[1]} {cardinal(roman(match[2]))}"


def _counted_noun(match: re.Match[str]) -> str:
    """Read "Part IV was", but not "the part I was given": a lone I before a small word is the pronoun.

    A lone C, D, L or M counts nothing, and what is lettered, such as an appendix, has letters.
    """
    if len(match[2]) == 1 and (match[2] in "CDLM" or match[1] in (_LETTERED if match[2] == "I" else _LETTERED_LATER)):
        return match[0]
    is_pronoun = match[2] == "I" and _SAYS_I.match(match.string, match.end())
    return match[0] if is_pronoun else _count(match)


def _reign(match: re.Match[str]) -> str:
    return f"{match[1]} the {ordinal(roman(match[2])).capitalize()}"


def _world_war(match: re.Match[str]) -> str:
    return f"World War {cardinal(roman(match[1])).capitalize()}"


def _heading(match: re.Match[str]) -> str:
    if match[1] in "CDLM" or match[1] in {"CV", "CC", "CI"}:
        return match[0]
    return f"{cardinal(roman(match[1])).capitalize()}."


def _small(match: re.Match[str]) -> str:
    return f"{match[1]} {cardinal(roman(match[2].upper()))}"


def _short(match: re.Match[str]) -> str:
    if match[2] == "I" and (match[1].lower() in {"no", "nos"} or _SAYS_I.match(match.string, match.end())):
        return match[0]
    if match[2].upper() in {"C", "L"}:
        return match[0]
    return f"{BEFORE_NUMBERS[match[1]]} {cardinal(roman(match[2].upper()))}"


def _pages(match: re.Match[str]) -> str:
    return f"pages {cardinal(roman(match[1].upper()))} to {cardinal(roman(match[2].upper()))}"


def _year(match: re.Match[str]) -> str:
    value = roman(match[1])
    return year(value) if len(match[1]) >= 4 and 1100 <= value <= 2100 else match[0]


def _item(match: re.Match[str]) -> str:
    return f"{cardinal(roman(match[1].upper())).capitalize()}. "


RULES: Final = Rules(
    rule(
        rf"\b((?:{_COUNTED_NOUNS}|Room|Track|Page|Day|Week|Lesson|Item|Question|Exercise|Number) )0+(?=[1-9]\d{{0,2}}(?!\d))",
        r"\1",
        flags=re.IGNORECASE,
    ),
    rule(rf"\bpp?\. ?{_SMALL_NUMERAL}\s?[-–—]\s?{_SMALL_NUMERAL}\b", _pages),
    rule(rf"\b({_SHORT})\.? ?(?<=[. ])((?i:{ROMAN_PATTERN}))(?![\w-]|['’]\w|\.\w)", _short),
    rule(rf"(?<![\w.-]){_YEAR}\b(?!['’.]\w)", _year),
    rule(rf"\b((?i:{_SMALL_NOUNS})) {_SMALL_NUMERAL}(?<=\w)(?![\w-]|['’]\w)", _small),
    rule(r"^(i{1,3}|iv|vi{0,3}|ix|xi{0,3}|xiv|xvi{0,3}|xix|xx)[.)] (?=[^\W\d])", _item),
    rule(
        rf"\b((?:{_RULERS}) {_LATER} and) (I{{1,3}}|IV|VI?)\b",
        lambda match: f"{match[1]} the {ordinal(roman(match[3])).capitalize()}",
    ),
    rule(r"\bWW ?([12])\b", r"World War \1"),
    rule(r"\bWW ?(I{1,3})\b", _world_war),
    rule(
        rf"(?<![\w.])(?!I[ -]){_NUMERAL}(?= (?:and|or|to) {ROMAN_PATTERN} (?:{_CENTURIES})\b)",
        lambda match: ordinal(roman(match[1])),
    ),
    rule(
        rf"(?<![\w.])(?!I[ -]){_NUMERAL}((?:st|nd|rd|th)?(?:-| )(?=(?:{_CENTURIES})\b))",
        lambda match: f"{ordinal(roman(match[1]))}{match[2][-1]}",
    ),
    rule(rf"(?<![\w.]){_NUMERAL}(?:st|nd|rd|th)\b", lambda match: ordinal(roman(match[1]))),
    rule(rf"\b(World War) {_NUMERAL}\b", _count),
    rule(rf"\b({_COUNTED_NOUNS}) {_NUMERAL}{_END_OF_NAME}", _counted_noun),
    rule(
        rf"\b({'|'.join(noun.upper() for noun in ('Chapter', 'Book', 'Part', 'Volume', 'Act', 'Scene'))}) {_NUMERAL}\b",
        _count,
    ),
    rule(rf"\b((?:{_RULER_TITLES})(?: [A-Z][a-z]+){{1,2}}) {_NUMERAL}{_END_OF_NAME}", _reign),
    rule(rf"\b({_RULERS}) {_LATER}{_END_OF_NAME}", _reign),
    rule(rf"\b({_RULERS}) (I)(?= of\b|[,;)]|[.!?]?$|['’]s\b| (?:{_RULED})\b)", _reign),
    rule(rf"\b((?:{_RULERS}) [A-Z][a-z]+),? {_LATER}{_END_OF_NAME}", _reign),
    rule(rf"\b((?:{_FIRST_NAMES})(?: [A-Z]\.)? (?:Mc|Mac|O['’])?[A-Z][a-z]+),? (II|III|IV){_END_OF_NAME}", _reign),
    rule(rf"(?:(?<=[a-z] )|^)([A-Z][a-z]+) ((?:V?I){{2,3}}|IV|VI){_END_OF_NAME}", _count),
    rule(rf"^{_NUMERAL}\.?$", _heading),
    rule(r"^(?=[XVI])((?:X{0,3})(?:IX|IV|V?I{0,3}))\. (?=[A-Z][^.!?]*$)", lambda match: f"{_heading(match)} "),
)
