"""JSON shapes of corpora."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.corpus.folder import CorpusFolder
    from sayso.corpus.running import CorpusResult
    from sayso.corpus.status import CorpusStatus
    from sayso.corpus.withdrawing import SpeakerTaken
    from sayso.workflows.corpus.running import InputAdded


def created(folder: CorpusFolder) -> dict[str, Any]:
    """Return the shape of a corpus that was created."""
    return {"corpus": folder.name}


def added(found: InputAdded) -> dict[str, Any]:
    """Return the shape of what was added."""
    basis = found.added.basis
    told = {"grant": basis.grant, "licence": basis.licence, "purpose": basis.purpose, "expires": basis.expires}
    return {
        "corpus": found.corpus,
        "input": found.added.number,
        "recordings": found.recordings,
        **{name: value or None for name, value in told.items()},
    }


def result(found: CorpusResult) -> dict[str, Any]:
    """Return the shape of what a run came to."""
    from sayso.corpus.running import plain  # noqa: PLC0415 - loads the stages

    return plain(found)


def status(corpus: str, found: CorpusStatus) -> dict[str, Any]:
    """Return the shape of where a run is."""
    names = ("state", "stage", "part", "hours", "hours_per_hour", "time_left_s", "updated", "published")
    told = {name: getattr(found, name) for name in names}
    return {"corpus": corpus, **told, "stage": found.stage or None, "updated": found.updated or None}


def taken(corpus: str, found: SpeakerTaken) -> dict[str, Any]:
    """Return the shape of a withdrawal."""
    told = {"segments": found.segments, "sounds": found.sounds, "files": found.files}
    return {"corpus": corpus, "speaker": found.speaker, **told}
