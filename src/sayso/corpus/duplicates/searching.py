"""Searching: duplicates among any number of segments, with a few of them in memory.

Not all pairs are compared: rows of prints are listed under their words, each segment is looked up with a few windows of
three seconds, and only what shares words at one shift is compared in full. What of two that are alike stays does not
hang on the order in which they came: the longer, else the wider and cleaner, else the smaller id.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sayso.corpus.duplicates.agreement import COVERED, is_repeated
from sayso.corpus.duplicates.candidate import Candidate, Repeat
from sayso.corpus.duplicates.postings import AskedPrint, Postings, Votes
from sayso.corpus.duplicates.ranked import RankedPrints
from sayso.corpus.prints import Print

BATCH: Final = 512


def duplicates(candidates: Iterable[Candidate]) -> dict[str, Repeat]:
    """Return which segments repeat another, and which: always one that stays. The order given does not matter."""
    with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
        return dict(repeats(candidates, Path(folder)))


def repeats(candidates: Iterable[Candidate], folder: Path) -> Iterator[tuple[str, Repeat]]:
    """Yield what `duplicates` returns, with prints and postings in ``folder``: memory does not grow with their number.

    The files have no names: they are gone with the process.
    """
    prints = RankedPrints(candidates, folder)
    yield from prints.exact()
    postings = Postings(prints, folder)
    roots: dict[int, int] = {}
    for place, other, how in _near(prints, postings):
        roots[place] = root = roots.get(other, other)
        yield prints.name(place), Repeat(prints.name(root), how)
    postings.close()
    prints.close()


def _near(prints: RankedPrints, postings: Postings) -> Iterator[tuple[int, int, str]]:
    """Yield places that repeat an earlier one, that one, and how."""
    for first in range(0, prints.count, BATCH):
        places = range(first, min(first + BATCH, prints.count))
        held = [prints.print_(place) for place in places]
        asked = [AskedPrint.of(print_) for print_ in held]
        votes: list[list[Votes]] = [[] for _ in places]
        for block in postings.blocks(places.stop):
            for place, one, found in zip(places, asked, votes, strict=True):
                found.append(block.voted(one, place))
        for place, print_, found in zip(places, held, votes, strict=True):
            other = _repeated(prints, place, print_, Votes.together(found))
            if other is not None:
                yield place, *other


def _repeated(prints: RankedPrints, place: int, print_: Print, votes: Votes) -> tuple[int, str] | None:
    for other, shift in votes.places():
        whole = prints.print_(other)
        if is_repeated(print_, whole, shift, is_across=prints.are_apart(place, other)):
            return other, "partial" if len(print_.words) < COVERED * len(whole.words) else "near"
    return None
