"""The second evaluator: every rule once more, in plain Python, to hold Cedar and the explanations against.

It is written by hand and shares nothing with the table of dimensions but the grants, so that one mistake is not made in
both. Nothing in Sayso calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sayso.consent import wording
from sayso.consent.act import Disclosure
from sayso.consent.dimension import Situation
from sayso.consent.grant import Grant
from sayso.consent.state import State


def _in_range(tag: str, ranges: Sequence[str]) -> bool:
    return any(tag == wide or tag.startswith(wide + "-") for wide in ranges)


def _speaks(grant: Grant, asked: Situation) -> bool:
    spoken = asked.request.language
    return "*" in grant.languages or (spoken is not None and _in_range(spoken, grant.languages))


def _listed(granted: Sequence[str], wanted: str | None) -> bool:
    return "*" in granted or wanted in granted


def _capped(cap: int | None, wanted: int, used: int) -> bool:
    return cap is None or wanted <= cap - used


def _words(grant: Grant, asked: Situation) -> bool:
    if not grant.blocked_words or not asked.request.speaks:
        return True
    if asked.request.text is None:
        return False
    spoken = wording.words(asked.request.text)
    return not any(wording.says(spoken, blocked) for blocked in grant.blocked_words)


def _topics(grant: Grant, asked: Situation) -> bool:
    topics = asked.request.topics
    if not grant.blocked_topics or not asked.request.speaks:
        return True
    return topics is not None and not any(blocked.covers(each) for blocked in grant.blocked_topics for each in topics)


def _approved(grant: Grant, asked: Situation) -> bool:
    if grant.approved_texts is None or not asked.request.speaks:
        return True
    return asked.request.text_commitment in grant.approved_texts


def _disclosed(grant: Grant, asked: Situation) -> bool:
    if grant.disclosure is None or not asked.request.is_heard:
        return True
    return asked.request.disclosure in (grant.disclosure, Disclosure.BOTH)


HOLDS: Final[Mapping[str, Callable[[Grant, Situation], bool]]] = {
    "state": lambda grant, _: grant.state is State.GIVEN,
    "speaker": lambda grant, asked: grant.speaker == asked.request.speaker,
    "licensee": lambda grant, asked: grant.licensee in ("*", asked.request.licensee),
    "sublicensing": lambda grant, asked: grant.sublicensing or asked.request.sublicensee is None,
    "action": lambda grant, asked: asked.request.action in grant.actions,
    "purpose": lambda grant, asked: any(purpose.covers(asked.request.purpose) for purpose in grant.purposes),
    "project": lambda grant, asked: grant.project is None or grant.project == asked.request.project,
    "language": _speaks,
    "territory": lambda grant, asked: _listed(grant.territories, asked.request.territory),
    "channel": lambda grant, asked: _listed(grant.channels, asked.request.channel),
    "start": lambda grant, asked: asked.now >= grant.not_before,
    "end": lambda grant, asked: grant.until is None or asked.now < grant.until,
    "lifetime": lambda grant, asked: grant.post_mortem or not asked.deceased,
    "minutes": lambda grant, asked: _capped(
        grant.max_ms, asked.request.ceiling_ms, asked.used_ms.get(grant.grant_id, 0)
    ),
    "takes": lambda grant, asked: _capped(
        grant.max_takes, asked.request.takes, asked.used_takes.get(grant.grant_id, 0)
    ),
    "script": lambda grant, asked: not grant.scripted_only or not asked.request.is_live,
    "words": _words,
    "topics": _topics,
    "approval": _approved,
    "disclosure": _disclosed,
}
"""Whether a grant allows what is asked, by dimension."""


def permits(grant: Grant, asked: Situation, *, ceiling: Grant | None = None) -> bool:
    """Return whether the grant permits the act; a licence does only together with its ``ceiling``."""
    if grant.outer or not _holds(grant, asked):
        return False
    if grant.ceiling is None:
        return True
    return ceiling is not None and ceiling.outer and ceiling.grant_id == grant.ceiling and _holds(ceiling, asked)


def _holds(grant: Grant, asked: Situation) -> bool:
    return all(holds(grant, asked) for holds in HOLDS.values())
