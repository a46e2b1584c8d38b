"""Who is in a corpus, by what they declare: cells that a collection request asks to be filled, or people to measure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

from sayso.accounts.actor import Actor
from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.corpus.condition import Condition
from sayso.corpus.errors import QuotaInvalid, SegmentUnknown
from sayso.corpus.row import Segment
from sayso.corpus.view import CorpusView
from sayso.fairness.cohort import Cohort, CohortMember
from sayso.fairness.errors import CohortInvalid
from sayso.settings import Settings
from sayso.workflows.corpus.retrieving import sounds_of, view_of
from sayso.workflows.corpus.running import opened
from sayso.workflows.corpus.standing import in_force
from sayso.workflows.installation.session import Session, open_session

DECLARED: Final = ("sex", "accent", "language")

LEAST_S: Final = 4.0
"""Shorter segments are not measured: half of one holds too little speech for a verifier."""

EACH: Final = 4
"""Segments of one speaker that are measured at most: the speaker is the unit, and more tell little more."""


def recorded(session: Session, name: str, by: Sequence[str]) -> dict[str, int]:
    """Return how many speakers there are of each group, of whom a segment may be used now.

    A group is the words of the columns ``by``, joined by a comma, as a cohort has them; who does not declare one of
    them is in none. Raise `QuotaInvalid`, and as `view_of`.
    """
    people: dict[str, set[str]] = {}
    for group, row in _grouped(view_of(session, name), by, Condition.of("speaker != ''")):
        people.setdefault(group, set()).add(row.speaker)
    return {group: len(speakers) for group, speakers in people.items()}


def cohort_of(session: Session, name: str, by: Sequence[str]) -> Cohort:
    """Return the people of a corpus, in groups as `recorded` has them, to be measured.

    Of each speaker up to `EACH` segments of `LEAST_S` or more that may be used now, the same at each call as long as
    they may; ``unconsented`` counts those that may not. A sound is unsealed when it is asked for, and only if its basis
    still holds then. Raise `CohortInvalid` for nobody, and as `recorded`.
    """
    session.require(Right.SPEECH)
    view, wanted = view_of(session, name), Condition.of(f"speaker != '' and seconds >= {LEAST_S:g}")
    segments: dict[str, list[tuple[str, Segment]]] = {}
    for group, row in _grouped(view, by, wanted):
        segments.setdefault(row.speaker, []).append((group, row))
    # A segment's name is a digest: in its order, what is taken is as good as drawn.
    taken = [islice(sorted(own, key=lambda one: one[1].segment), EACH) for own in segments.values()]
    members = tuple(_member(session, name, group, row) for own in taken for group, row in own)
    if not members:
        raise CohortInvalid(
            f"the corpus {name}: got nobody who declares {', '.join(by)}, expected segments of {LEAST_S:g} s or more"
            " that may be used now"
        )
    return Cohort(members, view.withheld(wanted))


def _grouped(view: CorpusView, by: Sequence[str], wanted: Condition) -> Iterator[tuple[str, Segment]]:
    """Yield the rows that may be used now, each with its group; raise `QuotaInvalid` for no or unknown columns."""
    if not by or set(by) - set(DECLARED):
        raise QuotaInvalid(f"columns: got {', '.join(by)[:60] or 'none'}, expected some of {', '.join(DECLARED)}")
    for row in view.every(wanted):
        declared = [str(getattr(row, column)) for column in by]
        if all(declared):
            yield ", ".join(declared), row


def _member(session: Session, name: str, group: str, row: Segment) -> CohortMember:
    made = f"{row.segment} {' '.join(row.stage_versions)}"  # other stages make another sound of the same segment
    sample = hashlib.sha256(made.encode()).hexdigest()
    return CohortMember(Path(row.segment), row.speaker, group, sample=sample, sound=_Unsealed(session, name, row))


@dataclass(frozen=True, slots=True)
class _Unsealed:
    """The sound of a segment, for who asks for it now."""

    session: Session
    corpus: str
    row: Segment

    def __reduce__(self) -> tuple[Callable[..., _Unsealed], tuple[Settings, Actor, str, Segment]]:
        """Go to a worker without keys: it opens the installation for itself, for the same actor."""
        return _opened_again, (self.session.settings, self.session.actor, self.corpus, self.row)

    def __call__(self) -> bytes:
        """Return the FLAC; raise `SegmentUnknown` where it may not be used any more, or as `Sounds.get`."""
        grant, ends = self.row.grant, self.row.expires
        is_free = not grant or in_force(self.session)(frozenset({grant}))
        if not is_free or "" < ends <= stamp(now()):
            raise SegmentUnknown(f"segment: {self.row.segment} may not be used any more; run again without it")
        return sounds_of(self.session, opened(self.session, self.corpus))(self.row)


def _opened_again(settings: Settings, actor: Actor, corpus: str, row: Segment) -> _Unsealed:
    return _Unsealed(_session(settings, actor), corpus, row)


@cache
def _session(settings: Settings, actor: Actor) -> Session:
    return open_session(settings, actor)
