"""What each term of a grant means to the speaker, in sentences: one row a term.

A new key of `Grant.terms` is one new row. A term without a row is still told, by name and value, so that a receipt
never says less than the grant.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from sayso.consent import fields
from sayso.consent.act import Action
from sayso.records.receipts.words import DONE_WITH_A_VOICE, day, length, listed

Said = Callable[[Any], list[str]]


def _licensee(name: str) -> list[str]:
    return ["Anybody may use this voice."] if name == fields.ANY else [f"{name} may use your voice. Nobody else may."]


def _purposes(paths: list[str]) -> list[str]:
    if fields.ANY in paths:
        return ["They may use it for anything."]
    return [*(f"They may use it for: {path}." for path in paths), "They may not use it for any other kind of work."]


def _actions(names: list[str]) -> list[str]:
    may = [f"They may {DONE_WITH_A_VOICE[Action(name)]}." for name in names]
    return [*may, *(f"They may not {DONE_WITH_A_VOICE[each]}." for each in Action if each not in names)]


def _project(name: str | None) -> list[str]:
    return ["This goes for all their work of that kind."] if name is None else [f"This goes for one work: {name}."]


def _only(what: str, anything: str) -> Said:
    return lambda names: [anything] if fields.ANY in names else [f"{what} {listed(names)}."]


def _until(moment: str | None) -> list[str]:
    if moment is None:
        return ["It has no last day. It goes on until you take it back."]
    return [f"It ends on {day(moment)}. After that they must stop."]


def _minutes(most_ms: int | None) -> list[str]:
    return (
        ["There is no limit to the minutes."]
        if most_ms is None
        else [f"They may make {length(most_ms)} of sound in all."]
    )


def _approved(texts: list[str] | None) -> list[str]:
    return [] if texts is None else [f"They may only use texts that you said yes to. So far there are {len(texts)}."]


def _if(sentence: str) -> Said:
    return lambda value: [sentence.format(value)] if value else []


SECTIONS: Final[Mapping[str, str]] = {
    "who": "Who may use your voice",
    "what": "What they may use it for",
    "how": "What they may do, and what not",
    "when": "From when until when",
    "minutes": "How much",
    "where": "Where, and in which language",
    "more": "More",
}
"""The headings, in order."""

SENTENCES: Final[Mapping[str, tuple[str, Said]]] = {
    "licensee": ("who", _licensee),
    "purposes": ("what", _purposes),
    "project": ("what", _project),
    "actions": ("how", _actions),
    "not_before": ("when", lambda moment: [f"It starts on {day(moment)}."]),
    "until": ("when", _until),
    "max_ms": ("minutes", _minutes),
    "languages": ("where", _only("The copy may speak these languages:", "The copy may speak any language.")),
    "territories": (
        "where",
        _only("The sound may be used in these countries:", "The sound may be used in any country."),
    ),
    "channels": ("where", _only("It may be heard here:", "It may be heard anywhere: on air, in apps, on the web.")),
    "max_takes": ("minutes", _if("They may make {} pieces of sound at most.")),
    "scripted_only": ("how", _if("They may only use texts that were written before.")),
    "blocked_words": ("what", lambda words: [f"The copy may not say: {', '.join(words)}."] if words else []),
    "blocked_topics": ("what", lambda paths: [f"It may not speak about: {', '.join(paths)}."] if paths else []),
    "approved_texts": ("what", _approved),
    "disclosure": ("how", _if("Listeners must learn that a computer speaks ({}).")),
    "compensation": ("more", _if("You are paid under this contract: {}.")),
    "sublicensing": ("who", lambda may: ["They may pass this on." if may else "They may not pass this on."]),
    "post_mortem": ("when", _if("It goes on after your death.")),
    "notice_sha256": ("more", _if("You were shown a text before. The check sum of that text is {}.")),
    "notice_language": ("more", _if("The language of that text is {}.")),
    "outer": ("who", _if("This is a frame for what you will allow. With this alone, nobody may use your voice.")),
    "ceiling": ("more", _if("This stays inside a wider frame that you gave: {}.")),
    "note": ("more", lambda note: [f"Note: {note}"] if note else []),
    "house": ("more", lambda house: ["This voice came with the program. It is nobody's own."] if house else []),
}


def told(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the sentences of every term, by section."""
    found: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for term, (section, said) in SENTENCES.items():
        if term in terms:
            found[section] += said(terms[term])
    for term in sorted(set(terms) - set(SENTENCES)):
        if terms[term] not in (None, "", [], {}, False):
            value = terms[term] if isinstance(terms[term], str) else json.dumps(terms[term], ensure_ascii=False)
            found["more"].append(f"{term.replace('_', ' ').capitalize()}: {value}")
    return found
