"""Corpora in an erasure: what was made of a speaker's recordings there goes with the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sayso.disk import locked
from sayso.ids import SpeakerId
from sayso.workflows.installation.session import Session

if TYPE_CHECKING:
    from sayso.corpus.folder import CorpusFolder


def leave_corpora(session: Session, speaker: SpeakerId) -> int:
    """Take the speaker out of every corpus of every organisation, and return how many held something of theirs.

    Raise `LockTaken` where a run holds one; the plan is then run again.
    """
    home = session.settings.home / "corpora"
    if not home.exists():
        return 0
    return sum(_left(folder, speaker) for folder in _with_grant_of(home, speaker))


def _with_grant_of(home: Path, speaker: SpeakerId) -> Iterator[CorpusFolder]:
    from sayso.corpus.folder import CorpusFolder  # noqa: PLC0415 - most homes have no corpora

    for about in sorted(home.glob("*/*/corpus.json")):
        folder = CorpusFolder(about.parent)
        if any(each.basis.speaker == speaker for each in folder.inputs()):
            yield folder


def _left(folder: CorpusFolder, speaker: SpeakerId) -> bool:
    from sayso.corpus.catalogue import Catalogue  # noqa: PLC0415 - of the extra
    from sayso.corpus.withdrawing import withdrawn  # noqa: PLC0415

    with locked(folder.lock, wait=False):
        taken = withdrawn(folder, Catalogue(folder.path), speaker)
    return bool(taken.segments)
