"""The artifact: anything that was made from a voice, and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sayso.ids import ArtifactId, GrantId, PermitId


class Kind(StrEnum):
    """What an artifact is, in the order of the path from a voice to speech."""

    EVIDENCE = "evidence"
    RECORDING = "recording"
    REPAIRED = "repaired"
    EMBEDDING = "embedding"
    VOICE = "voice"
    CLIP = "clip"
    FINGERPRINT = "fingerprint"
    MANIFEST = "manifest"
    PHRASE = "phrase"
    """The engine's sound of a phrase, before the mark, kept to be said again; its ``digest`` is the phrase's key."""
    SOUND = "sound"
    """A recording in the form that storage chose."""
    STORED = "stored"
    """The sheet of such a sound: its id is that of the stored item."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One thing derived from a voice.

    ``blob`` is its address in the vault (None for what was only handed out, and for what stands sealed in a row of its
    own), ``digest`` the SHA-256 (hex) of its plain bytes (a phrase's is its key), ``grant`` and ``permit`` what it
    was made under.
    """

    artifact_id: ArtifactId
    kind: Kind
    blob: str | None
    digest: str
    grant: GrantId | None = None
    permit: PermitId | None = None
