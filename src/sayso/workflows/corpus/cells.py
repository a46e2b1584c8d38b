"""Who is in a corpus, by what they declare: the cells that a collection request asks to be filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sayso.corpus.condition import Condition
from sayso.corpus.errors import QuotaInvalid
from sayso.workflows.corpus.retrieving import view_of
from sayso.workflows.installation.session import Session

DECLARED: Final = ("sex", "accent", "language")


def recorded(session: Session, name: str, by: Sequence[str]) -> dict[str, int]:
    """Return how many speakers there are of each group, of whom a segment may be used now.

    A group is the words of the columns ``by``, joined by a comma, as a cohort has them; who does not declare one of
    them is in none. Raise `QuotaInvalid`, and as `view_of`.
    """
    if not by or set(by) - set(DECLARED):
        raise QuotaInvalid(f"columns: got {', '.join(by)[:60] or 'none'}, expected some of {', '.join(DECLARED)}")
    people: dict[str, set[str]] = {}
    for row in view_of(session, name).every(Condition.of("speaker != ''")):
        declared = [str(getattr(row, column)) for column in by]
        if all(declared):
            people.setdefault(", ".join(declared), set()).add(row.speaker)
    return {group: len(speakers) for group, speakers in people.items()}
