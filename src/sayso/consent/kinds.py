"""The kinds of rules that dimensions have: lists, paths, caps, moments, flags, and rules about a text.

Whatever the conditions of a rule read, its context tells, so that no expression can fail: a policy that fails is
skipped, and a skipped policy is a silent answer. The context of a rule that no policy at hand has conditions of is left
out, as it costs time. The rules about a text are for acts that make speech; any other act has no text, and they hold.

Each kind takes the name of the dimension and the field ``of`` the grant that it looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sayso.clock import stamp
from sayso.consent import fields, wording
from sayso.consent.act import Disclosure
from sayso.consent.dimension import (
    FLAG,
    NUMBER,
    TEXT,
    TEXTS,
    Dimension,
    Situation,
    giver,
    in_words,
    instant_ms,
)
from sayso.consent.expression import (
    Json,
    all_of,
    any_of,
    binary,
    contains_text,
    context,
    literal,
    literals,
    negated,
    starts_with,
)
from sayso.ids import GrantId

if TYPE_CHECKING:
    from sayso.consent.grant import Grant


def listed(name: str, of: str) -> Dimension:
    """Return the rule that what is asked for, if anything, is in the grant's list, or the list is of any.

    The request's field is called as the dimension is.
    """
    granted, wanted = attrgetter(of), attrgetter(f"request.{name}")

    def conditions(grant: Grant) -> Sequence[Json]:
        if fields.ANY in granted(grant):
            return ()
        return (binary("contains", literals(granted(grant)), context(name)),)

    return Dimension(
        name=name,
        allowed=lambda grant: in_words(granted(grant)),
        got=lambda _, asked: wanted(asked) or "none",
        within=lambda licence, outer: fields.ANY in granted(outer) or set(granted(licence)) <= set(granted(outer)),
        conditions=conditions,
        context=lambda _, asked: {name: wanted(asked) or ""},
        schema=lambda _: {name: TEXT},
    )


def below(name: str, of: str, *, separator: str) -> Dimension:
    """Return the rule that what is asked for is in the grant's list or lies below one of it.

    Cedar is told what is asked for with the separator at its end, so that audio/* does not take in audiobook/, and en-*
    not eng (basic filtering, RFC 4647, section 3.3.1).
    """
    granted, wanted = attrgetter(of), attrgetter(f"request.{name}")

    def conditions(grant: Grant) -> Sequence[Json]:
        if fields.ANY in granted(grant):
            return ()
        return (any_of([starts_with(context(name), f"{each}{separator}") for each in granted(grant)]),)

    def within(licence: Grant, outer: Grant) -> bool:
        wide = tuple(f"{each}{separator}" for each in granted(outer))
        return fields.ANY in granted(outer) or all(f"{each}{separator}".startswith(wide) for each in granted(licence))

    return Dimension(
        name=name,
        allowed=lambda grant: in_words(granted(grant)),
        got=lambda _, asked: wanted(asked) or "none",
        within=within,
        conditions=conditions,
        context=lambda _, asked: {name: f"{wanted(asked) or ''}{separator}"},
        schema=lambda _: {name: TEXT},
    )


def one(name: str, of: str) -> Dimension:
    """Return the rule that what is asked for is the one that the grant names, if it names one.

    A request that names none tells Cedar the empty name, which nothing has.
    """
    granted, wanted = attrgetter(of), attrgetter(f"request.{name}")
    return Dimension(
        name=name,
        allowed=lambda grant: granted(grant) or "any",
        got=lambda _, asked: wanted(asked) or "none",
        within=lambda licence, outer: granted(outer) in (None, granted(licence)),
        conditions=lambda grant: (
            () if granted(grant) is None else (binary("==", context(name), literal(granted(grant))),)
        ),
        context=lambda _, asked: {name: wanted(asked) or ""},
        schema=lambda _: {name: TEXT},
    )


def barred(
    name: str,
    of: str,
    *,
    fact: Callable[[Situation], bool],
    lifted: bool,
    allowed: Mapping[bool, str],
    got: Callable[[Situation], str],
    changed_by: Callable[[Grant], str] = giver,
) -> Dimension:
    """Return the rule that ``fact`` is not so, unless the grant's flag is ``lifted``; ``allowed`` words the flag."""
    flag = attrgetter(of)
    return Dimension(
        name=name,
        allowed=lambda grant: allowed[flag(grant)],
        got=lambda _, asked: got(asked),
        within=lambda licence, outer: flag(outer) is lifted or flag(licence) is not lifted,
        conditions=lambda grant: () if flag(grant) is lifted else (negated(context(f"is_{name}")),),
        context=lambda _, asked: {f"is_{name}": fact(asked)},
        schema=lambda _: {f"is_{name}": FLAG},
        changed_by=changed_by,
    )


def capped(
    name: str,
    of: str,
    *,
    wanted: Callable[[Situation], int],
    used: Callable[[Situation], Mapping[GrantId, int]],
    words: Callable[[int], str],
    got: Callable[[int, int], str],
) -> Dimension:
    """Return the rule that what is wanted and what the grant has used up are together no more than its cap."""
    cap = attrgetter(of)

    def conditions(grant: Grant) -> Sequence[Json]:
        if cap(grant) is None:
            return ()
        whole = binary("+", context(f"{name}_used", grant.grant_id), context(f"{name}_asked"))
        return (binary("<=", whole, literal(cap(grant))),)

    def capping(grants: Sequence[Grant]) -> list[GrantId]:
        return [grant.grant_id for grant in grants if cap(grant) is not None]

    def told(grants: Sequence[Grant], asked: Situation) -> Json:
        spent = used(asked)
        return {f"{name}_asked": wanted(asked), f"{name}_used": {each: spent.get(each, 0) for each in capping(grants)}}

    def schema(grants: Sequence[Grant]) -> Json:
        spent = {"type": "Record", "attributes": dict.fromkeys(capping(grants), NUMBER)}
        return {f"{name}_asked": NUMBER, f"{name}_used": spent}

    return Dimension(
        name=name,
        allowed=lambda grant: "no cap" if cap(grant) is None else f"{words(cap(grant))} in all",
        got=lambda grant, asked: got(wanted(asked), used(asked).get(grant.grant_id, 0)),
        within=lambda licence, outer: cap(outer) is None or (cap(licence) is not None and cap(licence) <= cap(outer)),
        conditions=conditions,
        context=told,
        schema=schema,
    )


def _now(_: Sequence[Grant], asked: Situation) -> Json:
    return {"now_ms": instant_ms(asked.now)}


def not_before(name: str, of: str) -> Dimension:
    """Return the rule that it is not earlier than the grant's moment."""
    begins = attrgetter(of)
    return Dimension(
        name=name,
        allowed=lambda grant: f"from {stamp(begins(grant))}",
        got=lambda _, asked: stamp(asked.now),
        within=lambda licence, outer: begins(licence) >= begins(outer),
        conditions=lambda grant: (binary(">=", context("now_ms"), literal(instant_ms(begins(grant)))),),
        context=_now,
        schema=lambda _: {"now_ms": NUMBER},
    )


def before(name: str, of: str) -> Dimension:
    """Return the rule that it is earlier than the grant's moment, if it has one."""
    ends = attrgetter(of)

    def conditions(grant: Grant) -> Sequence[Json]:
        return () if ends(grant) is None else (binary("<", context("now_ms"), literal(instant_ms(ends(grant)))),)

    return Dimension(
        name=name,
        allowed=lambda grant: "no end" if ends(grant) is None else f"before {stamp(ends(grant))}",
        got=lambda _, asked: stamp(asked.now),
        within=lambda licence, outer: (
            ends(outer) is None or (ends(licence) is not None and ends(licence) <= ends(outer))
        ),
        conditions=conditions,
        context=_now,
        schema=lambda _: {"now_ms": NUMBER},
    )


def blocked_words(name: str, of: str) -> Dimension:
    """Return the rule that none of the grant's words and phrases stands in the text, which must be known then."""
    blocked = attrgetter(of)

    def conditions(grant: Grant) -> Sequence[Json]:
        if not blocked(grant):
            return ()
        found = any_of([contains_text(context("text"), f" {phrase} ") for phrase in blocked(grant)])
        return (context("text_told"), negated(found))

    def got(grant: Grant, asked: Situation) -> str:
        text = asked.request.text
        if not asked.request.speaks or text is None:
            return "no speech" if not asked.request.speaks else "a text that was not told"
        found = [phrase for phrase in blocked(grant) if wording.says(wording.words(text), phrase)]
        return f"a text with {', '.join(found)}" if found else "a text without them"

    def within(licence: Grant, outer: Grant) -> bool:
        """Return whether the licence blocks whatever the outer consent blocks; it may block a part of the phrase."""
        return all(any(wording.says(wide.split(), each) for each in blocked(licence)) for wide in blocked(outer))

    return Dimension(
        name=name,
        allowed=lambda grant: _none_of(blocked(grant)),
        got=got,
        within=within,
        conditions=conditions,
        context=lambda _, asked: {
            "text": wording.told(asked.request.text or "") if asked.request.speaks else " ",
            "text_told": asked.request.text is not None or not asked.request.speaks,
        },
        schema=lambda _: {"text": TEXT, "text_told": FLAG},
    )


def blocked_paths(name: str, of: str) -> Dimension:
    """Return the rule that nothing of what a text is declared to be about lies below one of the grant's paths.

    What a text is about nobody here can tell: the licensee declares it, and the ledger keeps the declaration.
    """
    blocked = attrgetter(of)

    def conditions(grant: Grant) -> Sequence[Json]:
        if not blocked(grant):
            return ()
        return (context("topics_told"), negated(binary("containsAny", context("topics"), literals(blocked(grant)))))

    def got(_: Grant, asked: Situation) -> str:
        topics = asked.request.topics
        return "undeclared" if topics is None else ", ".join(topics) or "none of note"

    return Dimension(
        name=name,
        allowed=lambda grant: _none_of(blocked(grant)),
        got=got,
        within=lambda licence, outer: all(
            any(wide.covers(each) for wide in blocked(licence)) for each in blocked(outer)
        ),
        conditions=conditions,
        context=lambda _, asked: {
            "topics": _lineage_of(asked.request.topics or ()) if asked.request.speaks else [],
            "topics_told": asked.request.topics is not None or not asked.request.speaks,
        },
        schema=lambda _: {"topics": TEXTS, "topics_told": FLAG},
    )


def approved(name: str, of: str) -> Dimension:
    """Return the rule that the text is one that the speaker has approved, where the grant asks for approval."""
    texts = attrgetter(of)

    def conditions(grant: Grant) -> Sequence[Json]:
        if texts(grant) is None:
            return ()
        silent = negated(context("speaks"))
        if not texts(grant):  # Cedar has no empty set
            return (silent,)
        return (any_of([silent, binary("contains", literals(texts(grant)), context("text_commitment"))]),)

    def got(grant: Grant, asked: Situation) -> str:
        known = texts(grant) is None or not asked.request.speaks or asked.request.text_commitment in texts(grant)
        return "an approved text" if known else "a text that is not approved"

    def within(licence: Grant, outer: Grant) -> bool:
        return texts(outer) is None or (texts(licence) is not None and set(texts(licence)) <= set(texts(outer)))

    return Dimension(
        name=name,
        allowed=lambda grant: "any text" if texts(grant) is None else f"{len(texts(grant))} approved texts",
        got=got,
        within=within,
        conditions=conditions,
        context=lambda _, asked: {"speaks": asked.request.speaks, "text_commitment": asked.request.text_commitment},
        schema=lambda _: {"speaks": FLAG, "text_commitment": TEXT},
    )


def disclosed(name: str, of: str) -> Dimension:
    """Return the rule that listeners learn, in the way that the grant names, that the voice is synthetic."""
    wanted = attrgetter(of)
    ways = {
        Disclosure.SPOKEN: ["disclosed_spoken"],
        Disclosure.METADATA: ["disclosed_metadata"],
        Disclosure.BOTH: ["disclosed_spoken", "disclosed_metadata"],
    }

    def gives(asked: Situation, way: Disclosure) -> bool:
        given = asked.request.disclosure
        return not asked.request.is_heard or (given is not None and given.gives(way))

    def conditions(grant: Grant) -> Sequence[Json]:
        return () if wanted(grant) is None else (all_of([context(way) for way in ways[wanted(grant)]]),)

    def within(licence: Grant, outer: Grant) -> bool:
        given: Any = wanted(licence)
        return wanted(outer) is None or (given is not None and given.gives(wanted(outer)))

    return Dimension(
        name=name,
        allowed=lambda grant: wanted(grant) or "any way or none",
        got=lambda _, asked: (asked.request.disclosure or "none") if asked.request.is_heard else "nothing to hear",
        within=within,
        conditions=conditions,
        context=lambda _, asked: {
            "disclosed_spoken": gives(asked, Disclosure.SPOKEN),
            "disclosed_metadata": gives(asked, Disclosure.METADATA),
        },
        schema=lambda _: {"disclosed_spoken": FLAG, "disclosed_metadata": FLAG},
    )


def _none_of(blocked: Sequence[str]) -> str:
    return f"none of {', '.join(blocked)}" if blocked else "any"


def _lineage_of(topics: Sequence[str]) -> list[str]:
    """Return each topic and all that it lies below, so that Cedar can look for one of them."""
    parts = [topic.split("/") for topic in topics]
    return sorted({"/".join(path[:depth]) for path in parts for depth in range(1, len(path) + 1)})
