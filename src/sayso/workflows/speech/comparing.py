"""Comparing by ear: a recording of the speaker beside a clip of the voice, for the speaker."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from sayso import lineage
from sayso.accounts.rights import Right
from sayso.errors import Invalid, SaysoError
from sayso.lineage import Kind
from sayso.synthesis import store as clips
from sayso.workflows.installation.session import Session
from sayso.workflows.speech.exporting import Publication, export
from sayso.workflows.voices.voicebook import VoiceShown

_CLIP = "clip.wav"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A voice, the bytes of a recording of its speaker, and those of a clip; without one, ``missing`` says why."""

    shown: VoiceShown
    recording: bytes
    clip: bytes | None
    missing: str = ""


def compared(session: Session, shown: VoiceShown) -> Comparison:
    """Return what to compare; the clip is published, marked and signed, under a grant that allows it.

    Raise `RoleRefused` for a role that may not act as the speaker, and `Invalid` for a stock voice.
    """
    session.require(Right.CONSENT)
    row = shown.row
    if row.house:
        raise Invalid(f"got the stock voice {row.name}, which was cloned from nobody; name a cloned voice")
    with session.read() as tx:
        sources = lineage.ancestors(tx, row.artifact_id)
        said = [clip for clip in clips.clips_of_voices(tx, [row.voice_id]) if clip.artifact_id]
    recording = next(one for one in sources if one.kind is Kind.RECORDING)
    plain = session.vault.open(recording.blob or "", kind=Kind.RECORDING)
    if not said:
        return Comparison(shown, plain, None, "the voice has said nothing yet")
    try:
        return Comparison(shown, plain, _published(session, said[-1].clip_id))
    except SaysoError as error:
        return Comparison(shown, plain, None, f"the newest clip may not be published: {error.message}")


def _published(session: Session, clip: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / _CLIP
        export(session, Publication(clip), file)
        return file.read_bytes()
