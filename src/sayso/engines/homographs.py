# ruff: noqa: RUF001, E501 - phonemes are the matter here
"""Homographs: words that are written alike and said otherwise, by what stands around them.

The tagger of the lexicons tells most nouns from verbs; here stand the words that it gets wrong, as patterns with the
phonemes (Kokoro's alphabet) of the word in them. Pronunciations follow Merriam-Webster's entries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_DETERMINER: Final = (
    r"(?:an?|the|this|that|these|those|my|your|his|her|its|our|their|no|any|some|each|every|another|one|\w+['’]s)"
)
_BEFORE_VERB: Final = (
    r"(?:to|I|you|we|they|who|will|would|can|could|shall|should|may|might|must|not|cannot|do|does|did|let's|please|and|or|"
    r"won't|don't|didn't|can't|couldn't|wouldn't|shouldn't|doesn't|I'd|I'll|you'll|we'll|they'll|he'll|she'll|it'll|"
    r"always|never|often|strongly|flatly|simply)"
)
_SUBJECT: Final = r"(?:I|you|we|they|to|will|would|can|could|shall|should|may|might|must|not|cannot|did|didn't|don't|won't|let's|I'll|we'll|they'll)"


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """Where ``pattern`` matches, its group ``word`` is said with ``phonemes``."""

    pattern: re.Pattern[str]
    phonemes: str


def _reading(word: str, phonemes: str, *, before: str = "", after: str = "") -> ReadingRule:
    lead = rf"(?:{before})\s+" if before else ""
    tail = rf"(?=\s+(?:{after}))" if after else ""
    return ReadingRule(re.compile(rf"(?:^|(?<![\w'’])){lead}(?P<word>{word})\b{tail}", re.IGNORECASE), phonemes)


_OBJECT: Final = r"(?:the|an?|my|your|his|her|its|our|their|this|that|these|those|it|him|them|us|me|himself|herself|themselves|yourself)"
_METAL: Final = "pipes?|paint|poisoning|weights?|shot|bullets?|mines?|acid|sheets?|glass|solder|pencils?|ore|roof|coffin|crystal|content"
READINGS: Final = (
    _reading("lead", "lˈɛd", after=_METAL),
    _reading(
        "lead",
        "lˈɛd",
        before="of|molten|heavy as|from|like|made of|lined with|white|red",
        after="(?:and|or|was|were|is|in|from|pipe)\\b",
    ),
    _reading("lead", "lˈɛd", before="molten|as heavy as|made of|lined with|ounces of|pounds of|tons of"),
    _reading("leads", "lˈidz", before="he|she|it|that|which|who"),
    _reading("object", "əbʤˈɛkt", before=_SUBJECT),
    _reading("objects", "əbʤˈɛkts", before="he|she|nobody|anyone|who"),
    _reading(
        "minute",
        "mInˈut",
        before="an?|the|in|such|most|these|those",
        after="(?:details?|amounts?|quantit(?:y|ies)|particles?|traces?|differences?|examination|fragments?|inspection|changes?|specks?|cracks?|creatures?|proportions?|scratch(?:es)?|pieces?)",
    ),
    _reading("record", "ɹəkˈɔɹd", before=_SUBJECT),
    _reading("record", "ɹəkˈɔɹd", after="(?:it|him|her|them|this|that|everything|the|what|your|my|our)\\b"),
    _reading("refuse", "ɹəfjˈuz", before=_SUBJECT),
    _reading("refuse", "ɹəfjˈuz", after="(?:to|him|her|them|it|me|us)\\b"),
    _reading("refuses", "ɹəfjˈuzᵻz", after="to"),
    _reading("rebel", "ɹəbˈɛl", before=_SUBJECT),
    _reading("rebel", "ɹəbˈɛl", after="against"),
    _reading("desert", "dəzˈɜɹt", before=_SUBJECT),
    _reading("desert", "dəzˈɜɹt", after="(?:him|her|me|us|them|you|his|their)\\b"),
    _reading(
        "content",
        "kəntˈɛnt",
        before="was|were|is|are|be|been|felt|feel|feels|seemed|seems|perfectly|quite|not|so|very|looked|more|am|I'm|rest",
        after="(?:to|with|and|in|just|enough|now|at)\\b",
    ),
    _reading("content", "kəntˈɛnt", before="perfectly|quite|felt|feel|very|seemed|looked|am|I'm"),
    _reading("project", "pɹəʤˈɛkt", before=_SUBJECT),
    _reading(
        "present",
        "pɹəzˈɛnt",
        before=_SUBJECT,
        after="(?:a|an|the|my|our|his|her|their|it|them|him|you|this|to|itself|himself)\\b",
    ),
    _reading("conflict", "kənflˈɪkt", before=_SUBJECT),
    _reading("contest", "kəntˈɛst", before=_SUBJECT),
    _reading("contrast", "kəntɹˈæst", before=_SUBJECT),
    _reading(
        "contract", "kəntɹˈækt", before=rf"{_SUBJECT}|\w+s", after="(?:in|with|when|as|and|under|slowly|quickly)\\b"
    ),
    _reading("conflicts", "kənflˈɪkts", before="he|she|it|this|that|which|what|story|account", after="with"),
    _reading("convict", "kənvˈɪkt", before=_SUBJECT),
    _reading("digest", "dIʤˈɛst", before=_SUBJECT),
    _reading("insult", "ɪnsˈʌlt", before=_SUBJECT),
    _reading("progress", "pɹəɡɹˈɛs", before=_SUBJECT),
    _reading("protest", "pɹətˈɛst", before=_SUBJECT),
    _reading("suspect", "səspˈɛkt", before=_SUBJECT),
    _reading("transport", "tɹænspˈɔɹt", before=_SUBJECT),
    _reading("upset", "ʌpsˈɛt", before="was|were|is|are|so|very|be|got|get|been|to|will|you"),
    _reading(
        "invalid",
        "ˈɪnvələd",
        before="an|the|elderly|helpless|poor|old",
        after="(?:who|in|lay|was|and|for|had|aunt|mother|father|wife|sister|chair)\\b",
    ),
    _reading("intimate", "ˈɪntəmˌAt", before=_SUBJECT),
    _reading("intimate", "ˈɪntəmˌAt", after="that"),
    _reading("estimate", "ˈɛstəmˌAt", before=_SUBJECT),
    _reading("advocate", "ˈædvəkˌAt", before=_SUBJECT),
    _reading("moderate", "mˈɑdəɹˌAt", before=_SUBJECT),
    _reading("graduate", "ɡɹˈæʤuˌAt", before=_SUBJECT),
    _reading("separate", "sˈɛpəɹˌAt", before=_SUBJECT),
    _reading("alternate", "ˈɔltəɹnˌAt", before=_SUBJECT),
    _reading("duplicate", "dˈupləkˌAt", before=_SUBJECT),
    _reading("elaborate", "əlˈæbəɹˌAt", before=_SUBJECT),
    _reading("elaborate", "əlˈæbəɹˌAt", after="on"),
    _reading("appropriate", "əpɹˈOpɹiˌAt", before=_SUBJECT, after="(?:the|funds|money|their|his)\\b"),
    _reading(
        "bass",
        "bˈAs",
        after="(?:guitars?|drums?|lines?|players?|clef|notes?|voice|clarinet|solo|part|section|amp|track|strings?)",
    ),
    _reading(
        "bass",
        "bˈAs",
        before="double|the|deep|upright|electric|play|plays|played|playing|on",
        after="(?:and drums|in the band|guitar|line|was too|boomed|thumped)",
    ),
    _reading("bass", "bˈAs", before="double|upright|electric|play|plays|played|playing|sang|sings"),
    _reading(
        "bow",
        "bˈW",
        before="take an?|took an?|with an?|made an?|a low|a deep|a polite|a slight|a little|final|the ship's|across the|starboard|port|to",
        after="",
    ),
    _reading(
        "bow",
        "bˈW",
        after="(?:of the (?:ship|boat|vessel|canoe|yacht)|to (?:the|him|her|no|me|your)|down|before|out|low)\\b",
    ),
    _reading("bows", "bˈWz", after="(?:of the|to|low|before|down)\\b"),
    _reading("bowed", "bˈWd", before="he|she|they|I|we|and|head|heads|who"),
    _reading("row", "ɹˈW", before="blazing|terrible|furious|noisy|family|awful|dreadful|frightful", after=""),
    _reading("sow", "sˈO", before=_SUBJECT),
    _reading("sow", "sˈO", after="(?:seeds?|the seeds?|wheat|corn|discord|confusion|doubt)"),
    _reading("sewer", "sˈOəɹ", before="a skilled|an expert|a good|fine"),
    _reading("tear", "tˈɛɹ", before=_SUBJECT),
    _reading("tear", "tˈɛɹ", after="(?:it|up|down|off|apart|open|out|the|away|himself|myself)\\b"),
    _reading("tears", "tˈɛɹz", before="he|she|it|which|that", after="(?:it|up|down|off|apart|open|out|the|at)\\b"),
    _reading("wind", "wˈInd", before=_SUBJECT, after="(?:it|up|the|down|back|around|through|his|her|my|your|a)\\b"),
    _reading("wind", "wˈInd", after="(?:up|the (?:clock|watch|toy|string|rope|wool|yarn|thread))\\b"),
    _reading(
        "wound",
        "wˈWnd",
        after="(?:up|around|round|its way|their way|his way|her way|through|down|back|the (?:clock|watch|rope|string))\\b",
    ),
    _reading(
        "dove",
        "dˈOv",
        before="he|she|they|I|we|and|it|who|then",
        after="(?:in|into|under|for|off|down|to|behind|through|deep|head)\\b",
    ),
    _reading("does", "dˈOz", before="two|three|several|the young|bucks and", after=""),
    _reading(
        "live",
        "lˈIv",
        after="(?:music|shows?|broadcasts?|performances?|bands?|audience|concerts?|coverage|wires?|ammunition|bait|animals?|rounds?|streams?|recordings?|television|TV|on air|oak|births?|football|events?)\\b",
    ),
    _reading(
        "lives",
        "lˈIvz",
        before=r"their|our|your|whose|many|the|people's|human|nine|past|private|both|of|save|saved|saves|lost|all",
    ),
    _reading(
        "close",
        "klˈOs",
        before="too|so|very|that|this|stay|stayed|came|come|get|got|stand|stood|how|as|a|his|her|up|quite|uncomfortably|draw|drew",
        after="",
    ),
    _reading(
        "close",
        "klˈOs",
        after="(?:friends?|calls?|range|quarters|relatives?|to|by|enough|behind|together|up|at hand|ties|watch|family)\\b",
    ),
    _reading("excuse", "ɪkskjˈuz", after="(?:me|us|him|her|them|my|the)\\b"),
    _reading("use", "jˈus", before="no|of|the|any|some|in|its|much|little|good|make|what's the|for|full|first"),
    _reading("abuse", "əbjˈus", before="of|the|drug|child|verbal|this|such|from|physical|domestic"),
    _reading(
        "house",
        "hˈWz",
        before=_SUBJECT,
        after="(?:the|a|an|them|him|her|his|our|their|up|more|over|refugees|students)\\b",
    ),
    _reading("polish", "pˈɑləʃ", before=_SUBJECT),
    _reading("polish", "pˈɑləʃ", after="(?:the|your|my|his|her|their|our|it|them|up|off)\\b"),
    _reading("job", "ʤˈOb", before="book of|patience of|prophet"),
    _reading(
        "august",
        "ɔɡˈʌst",
        before="an|the|most|so|this|such",
        after="(?:presence|company|assembly|body|personage|institution|figure|body|gathering)\\b",
    ),
    _reading("resume", "ɹˈɛzəmˌA", before=r"your|my|his|her|a|the|their|our|updated", after=""),
    _reading("expose", "ˌɛkspOzˈA", before="an|the|shocking", after="(?:of|on|about|in)\\b"),
    _reading("attribute", "ətɹˈɪbjˌut", before=_SUBJECT),
    _reading("entrance", "ɛntɹˈæns", before=_SUBJECT, after="(?:the|him|her|them|us|me|you|his)\\b"),
    _reading("number", "nˈʌməɹ", before="grew|even|felt|feel|getting|far", after="(?:than|and number|still|by)\\b"),
    _reading("putting", "pˈʌtɪŋ", after="(?:green|greens|practice)"),
    _reading(
        "read",
        "ɹˈɛd",
        before="had|have|has|having|was|were|been|be|already|he|she|it|I've|he'd|she'd|they'd|we'd|you've|we've|they've|never|well",
        after="",
    ),
    _reading(
        "read",
        "ɹˈɛd",
        before=r"(?:have|has|had|haven't|hasn't|hadn't|having)\s+(?:I|you|he|she|we|they|it|not|never|ever|already|just|since|always|only|also|\w+ly)",
    ),
    _reading(
        "read",
        "ɹˈid",
        before="to|will|would|can|could|should|must|may|might|shall|please|not|don't|doesn't|didn't|let's|cannot|can't|did|do|does|I'll|you'll|we'll|they'll",
    ),
    _reading(
        "lead", "lˈɛd", after=r"(?:is|was) (?:an? )?(?:soft |heavy |toxic |dense )?(?:metal|poison|poisonous|toxic)\b"
    ),
    _reading(
        "row",
        "ɹˈW",
        before=r"a|the|another|this|that",
        after=r"(?:about|with|over|between) (?!the (?:river|lake|water))",
    ),
    _reading("bass", "bˈAs", before=r"(?:play|plays|played|playing) the"),
    _reading(
        "minute",
        "mInˈut",
        after=r"(?:particles?|details?|quantit(?:y|ies)|traces?|differences?|fragments?|specks?|cracks?)\b",
    ),
    _reading("deserts", "dəzˈɜɹts", before=r"just|her|their"),
    _reading("content", "kəntˈɛnt", after=r"(?:with|to (?:be|sit|let|wait|live|stay|watch|remain|leave))\b"),
    _reading("invalid", "ˈɪnvələd", before=r"the old|an old|the elderly|the poor|a helpless|a bedridden|a chronic"),
    _reading("number", "nˈʌməɹ", before=r"(?:grew|growing|felt|grow|grows)(?: even)?", after=r""),
    _reading("blessed", "blˈɛsəd", after=r"(?:are|is|be|virgin|sacrament|trinity|event|relief|silence|moment)\b"),
    _reading(
        "learned",
        "lˈɜɹnəd",
        after=r"(?:man|men|woman|judge|professor|society|friend|scholars?|doctors?|treatise|journal|body)\b",
    ),
    _reading(
        "aged", "ˈAʤəd", after=r"(?:man|men|woman|women|mother|father|parents|couple|uncle|aunt|priest|servant)\b"
    ),
    _reading("crooked", "kɹˈʊkəd", after=r"(?!his|her|my|an?\b|one|its|their)"),
    _reading(
        "tear",
        "tˈɛɹ",
        after=r"in (?:the|his|her|my|its|a) (?:fabric|cloth|paper|sail|shirt|dress|coat|sleeve|curtain|canvas|muscle|ligament|net|page|skin|jeans)",
    ),
    _reading("desert", "dəzˈɜɹt", after=r"the (?:army|ship|cause|party|regiment|field|ranks|sinking)\b"),
    *(
        _reading(word, phonemes, before=_SUBJECT)
        for word, phonemes in {
            "export": "ɪkspˈɔɹt",
            "exports": "ɪkspˈɔɹts",
            "import": "ɪmpˈɔɹt",
            "frequent": "fɹikwˈɛnt",
            "combat": "kəmbˈæt",
            "conduct": "kəndˈʌkt",
            "produce": "pɹədˈus",
            "console": "kənsˈOl",
            "absent": "æbsˈɛnt",
            "subject": "səbʤˈɛkt",
        }.items()
    ),
    *(
        ReadingRule(re.compile(rf"(?:^|[.!?;:,”] )(?P<word>{word})(?= (?:{_OBJECT})\b)", re.IGNORECASE), phonemes)
        for word, phonemes in {
            "project": "pɹəʤˈɛkt",
            "conduct": "kəndˈʌkt",
            "produce": "pɹədˈus",
            "export": "ɪkspˈɔɹt",
            "import": "ɪmpˈɔɹt",
            "house": "hˈWz",
            "entrance": "ɛntɹˈæns",
            "absent": "æbsˈɛnt",
            "console": "kənsˈOl",
            "combat": "kəmbˈæt",
            "frequent": "fɹikwˈɛnt",
            "record": "ɹəkˈɔɹd",
            "permit": "pəɹmˈɪt",
            "contract": "kəntɹˈækt",
            "object": "əbʤˈɛkt",
            "present": "pɹəzˈɛnt",
            "transport": "tɹænspˈɔɹt",
            "protest": "pɹətˈɛst",
            "insult": "ɪnsˈʌlt",
            "desert": "dəzˈɜɹt",
        }.items()
    ),
)
