"""JSON shapes of grants, of what speakers sign with, and of decisions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from sayso.clock import stamp
from sayso.units import MS_PER_MINUTE

if TYPE_CHECKING:
    from sayso.consent.decision import Why
    from sayso.consent.reasons import Answer, GrantAnswers
    from sayso.consent.speaker_store import Speaker
    from sayso.workflows.consent.exchanging import Taken
    from sayso.workflows.consent.reconsidering import Reconsidered
    from sayso.workflows.consent.showing import GrantShown
    from sayso.workflows.consent.signing import SpeakerKeyShown
    from sayso.workflows.consent.simulating import Judged

_OTHERWISE: Final = frozenset(
    (
        "licensee",
        "purposes",
        "project",
        "languages",
        "actions",
        "not_before",
        "until",
        "max_ms",
        "max_takes",
        "note",
        "house",
    )
)
"""The terms that are not shown as they stand in the document: under another name, counted down, or not at all."""


def grant(shown: GrantShown) -> dict[str, Any]:
    """Return the shape of a grant: its terms, its state now, what is left of it, and its history."""
    found, terms = shown.grant, shown.grant.terms()
    left_ms = None if found.max_ms is None else max(0, found.max_ms - shown.used_ms)
    return {
        "grant": found.grant_id,
        "state": str(shown.state),
        "origin": None if shown.origin is None else str(shown.origin),
        "speaker": found.speaker or None,
        "licensee": found.licensee,
        "purposes": [str(purpose) for purpose in found.purposes],
        "project": found.project,
        "languages": list(found.languages),
        "actions": [str(action) for action in found.actions],
        "since": stamp(found.not_before),
        "until": stamp(found.until) if found.until else None,
        "minutes_used": round(shown.used_ms / MS_PER_MINUTE, 3),
        "minutes_left": None if left_ms is None else round(left_ms / MS_PER_MINUTE, 3),
        "takes_used": shown.used_takes,
        "takes_left": None if found.max_takes is None else max(0, found.max_takes - shown.used_takes),
        "version": found.version,
        **{name: value for name, value in terms.items() if name not in _OTHERWISE},
        "note": found.note or None,
        "history": [{"state": str(e.state), "who": str(e.who), "at": stamp(e.at)} for e in shown.events],
    }


def grants(listed: Iterable[GrantShown]) -> dict[str, Any]:
    """Return the shape of a list of grants."""
    return {"grants": [grant(one) for one in listed]}


def taken(imported: Taken) -> dict[str, Any]:
    """Return the shape of a grant that was imported from a document."""
    return {"grant": imported.grant, "source": imported.source, "signed_by": imported.signed_by}


def speaker_key(shown: SpeakerKeyShown) -> dict[str, Any]:
    """Return the shape of a speaker's public key, and of who keeps the private one."""
    return {"speaker": shown.speaker, "public_key": shown.public_key, "kept_by": shown.kept_by}


def why(decision: Why) -> dict[str, Any]:
    """Return the shape of a decision, rule by rule."""
    return {
        "decision": _word(allowed=decision.allowed),
        "grant": decision.chosen,
        "candidates": list(decision.candidates),
        "grants": [_answers(answers) for answers in decision.grants],
        "reasons": list(decision.reasons),
    }


def judged(case: Judged) -> dict[str, Any]:
    """Return the shape of one simulated case."""
    return {"line": case.line, "decision": case.decision, "grant": case.grant, "reasons": list(case.reasons)}


def simulated(cases: Iterable[Judged]) -> dict[str, Any]:
    """Return the shape of simulated cases, in their order."""
    return {"cases": [judged(each) for each in cases]}


def reconsidered(decision: Reconsidered) -> dict[str, Any]:
    """Return the shape of a decision that was made again and came out the same."""
    return {
        "ok": True,
        "entry": decision.entry,
        "logged": decision.logged,
        "then": _word(allowed=decision.then),
        "again": _word(allowed=decision.again),
        "grants": list(decision.grants),
        "policies": decision.policies,
        "schema": decision.schema,
        "decision": decision.question,
    }


def _answers(answers: GrantAnswers) -> dict[str, Any]:
    return {"grant": answers.grant_id, "ok": answers.ok, "rules": [_answer(one) for one in answers.answers]}


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "dimension": answer.dimension,
        "ok": answer.ok,
        "got": answer.got,
        "allowed": answer.allowed,
        "changed_by": answer.changed_by,
    }


def _word(*, allowed: bool) -> str:
    return "permitted" if allowed else "refused"


def speakers(found: Iterable[Speaker]) -> dict[str, Any]:
    """Return the shape of speakers, without their names."""
    return {"speakers": [_speaker(each) for each in found]}


def _speaker(found: Speaker) -> dict[str, Any]:
    return {
        "speaker": found.speaker_id,
        "organisation": found.organisation,
        "public_key": found.public_key,
        "died_at": None if found.died_at is None else stamp(found.died_at),
        "created_at": stamp(found.created_at),
    }
