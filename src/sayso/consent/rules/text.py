"""Rules about what is said and how it is presented: script, words, topics, approval, disclosure, sublicensing.

The rules about a text are for acts that make speech; any other act has no text, and they hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sayso.consent import wording
from sayso.consent.act import Disclosure
from sayso.consent.dimension import FLAG, TEXT, TEXTS, Asked, Dimension
from sayso.consent.expression import Json, all_of, any_of, binary, contains_text, context, literals, negated
from sayso.consent.grant import Grant

SCRIPT: Final = Dimension(
    name="script",
    allowed=lambda grant: "scripted speech only" if grant.scripted_only else "scripted or live",
    got=lambda _, asked: "live" if asked.request.is_live else "scripted",
    holds=lambda grant, asked: not grant.scripted_only or not asked.request.is_live,
    within=lambda licence, outer: licence.scripted_only or not outer.scripted_only,
    conditions=lambda grant: (negated(context("live")),) if grant.scripted_only else (),
    context=lambda _, asked: {"live": asked.request.is_live},
    schema=lambda _: {"live": FLAG},
)


def _words_got(grant: Grant, asked: Asked) -> str:
    text = asked.request.text
    if not asked.request.speaks:
        return "no speech"
    if text is None:
        return "a text that was not told"
    spoken = wording.words(text)
    found = [blocked for blocked in grant.blocked_words if wording.says(spoken, blocked)]
    return f"a text with {', '.join(found)}" if found else "a text without them"


def _words_hold(grant: Grant, asked: Asked) -> bool:
    if not grant.blocked_words or not asked.request.speaks:
        return True
    if asked.request.text is None:
        return False
    spoken = wording.words(asked.request.text)
    return not any(wording.says(spoken, blocked) for blocked in grant.blocked_words)


def _words_conditions(grant: Grant) -> Sequence[Json]:
    if not grant.blocked_words:
        return ()
    found = any_of([contains_text(context("text"), f" {blocked} ") for blocked in grant.blocked_words])
    return (context("text_told"), negated(found))


def _words_within(licence: Grant, outer: Grant) -> bool:
    """Return whether whatever the outer consent blocks the licence blocks too: it may block a part of the phrase."""
    return all(
        any(wording.says(blocked.split(), each) for each in licence.blocked_words) for blocked in outer.blocked_words
    )


WORDS: Final = Dimension(
    name="words",
    allowed=lambda grant: f"none of {', '.join(grant.blocked_words)}" if grant.blocked_words else "any",
    got=_words_got,
    holds=_words_hold,
    within=_words_within,
    conditions=_words_conditions,
    context=lambda _, asked: {
        "text": wording.told(asked.request.text or "") if asked.request.speaks else " ",
        "text_told": asked.request.text is not None or not asked.request.speaks,
    },
    schema=lambda _: {"text": TEXT, "text_told": FLAG},
)


def _topics_hold(grant: Grant, asked: Asked) -> bool:
    topics = asked.request.topics
    if not grant.blocked_topics or not asked.request.speaks:
        return True
    return topics is not None and not any(blocked.covers(each) for blocked in grant.blocked_topics for each in topics)


def _topics_got(_: Grant, asked: Asked) -> str:
    topics = asked.request.topics
    return "undeclared" if topics is None else ", ".join(topics) or "none of note"


def _lineage_of(topics: Sequence[str]) -> list[str]:
    """Return each topic and all that it lies below, so that Cedar can look for one of them."""
    parts = [topic.split("/") for topic in topics]
    return sorted({"/".join(path[:depth]) for path in parts for depth in range(1, len(path) + 1)})


def _topics_conditions(grant: Grant) -> Sequence[Json]:
    if not grant.blocked_topics:
        return ()
    blocked = binary("containsAny", context("topics"), literals(grant.blocked_topics))
    return (context("topics_told"), negated(blocked))


# What a text is about nobody here can tell: the licensee declares it, and the ledger keeps the declaration.
TOPICS: Final = Dimension(
    name="topics",
    allowed=lambda grant: f"none of {', '.join(grant.blocked_topics)}" if grant.blocked_topics else "any",
    got=_topics_got,
    holds=_topics_hold,
    within=lambda licence, outer: all(
        any(wide.covers(blocked) for wide in licence.blocked_topics) for blocked in outer.blocked_topics
    ),
    conditions=_topics_conditions,
    context=lambda _, asked: {
        "topics": _lineage_of(asked.request.topics or ()) if asked.request.speaks else [],
        "topics_told": asked.request.topics is not None or not asked.request.speaks,
    },
    schema=lambda _: {"topics": TEXTS, "topics_told": FLAG},
)


def _approved(grant: Grant, asked: Asked) -> bool:
    if grant.approved_texts is None or not asked.request.speaks:
        return True
    return asked.request.text_commitment in grant.approved_texts


def _approval_within(licence: Grant, outer: Grant) -> bool:
    if outer.approved_texts is None:
        return True
    return licence.approved_texts is not None and set(licence.approved_texts) <= set(outer.approved_texts)


def _approval_conditions(grant: Grant) -> Sequence[Json]:
    if grant.approved_texts is None:
        return ()
    silent = negated(context("speaks"))
    if not grant.approved_texts:  # Cedar has no empty set
        return (silent,)
    return (any_of([silent, binary("contains", literals(grant.approved_texts), context("text_commitment"))]),)


APPROVAL: Final = Dimension(
    name="approval",
    allowed=lambda grant: "any text" if grant.approved_texts is None else f"{len(grant.approved_texts)} approved texts",
    got=lambda grant, asked: "an approved text" if _approved(grant, asked) else "a text that is not approved",
    holds=_approved,
    within=_approval_within,
    conditions=_approval_conditions,
    context=lambda _, asked: {
        "speaks": asked.request.speaks,
        "text_commitment": asked.request.text_commitment,
    },
    schema=lambda _: {"speaks": FLAG, "text_commitment": TEXT},
)


def _discloses(asked: Asked, way: Disclosure) -> bool:
    given = asked.request.disclosure
    return not asked.request.is_heard or (given is not None and given.gives(way))


def _disclosed(grant: Grant, asked: Asked) -> bool:
    if grant.disclosure is None or not asked.request.is_heard:
        return True
    return asked.request.disclosure in (grant.disclosure, Disclosure.BOTH)


def _disclosure_conditions(grant: Grant) -> Sequence[Json]:
    ways = {
        Disclosure.SPOKEN: ["disclosed_spoken"],
        Disclosure.METADATA: ["disclosed_metadata"],
        Disclosure.BOTH: ["disclosed_spoken", "disclosed_metadata"],
    }
    return () if grant.disclosure is None else (all_of([context(way) for way in ways[grant.disclosure]]),)


DISCLOSURE: Final = Dimension(
    name="disclosure",
    allowed=lambda grant: "any way or none" if grant.disclosure is None else str(grant.disclosure),
    got=lambda _, asked: str(asked.request.disclosure or "none") if asked.request.is_heard else "nothing to hear",
    holds=_disclosed,
    within=lambda licence, outer: (
        outer.disclosure is None or (licence.disclosure is not None and licence.disclosure.gives(outer.disclosure))
    ),
    conditions=_disclosure_conditions,
    context=lambda _, asked: {
        "disclosed_spoken": _discloses(asked, Disclosure.SPOKEN),
        "disclosed_metadata": _discloses(asked, Disclosure.METADATA),
    },
    schema=lambda _: {"disclosed_spoken": FLAG, "disclosed_metadata": FLAG},
)

SUBLICENSING: Final = Dimension(
    name="sublicensing",
    allowed=lambda grant: "by others too, whom the licensee names" if grant.sublicensing else "by the licensee only",
    got=lambda _, asked: f"by {asked.request.sublicensee}" if asked.request.sublicensee else "by the licensee",
    holds=lambda grant, asked: grant.sublicensing or asked.request.sublicensee is None,
    within=lambda licence, outer: outer.sublicensing or not licence.sublicensing,
    conditions=lambda grant: () if grant.sublicensing else (negated(context("sublicensed")),),
    context=lambda _, asked: {"sublicensed": asked.request.sublicensee is not None},
    schema=lambda _: {"sublicensed": FLAG},
)
