"""Reference recordings: what a voice is fitted to. Only this module makes them, under a permit to clone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sayso.audio.signal import Signal
from sayso.restoration import Step, restore
from sayso.voices.campplus import embed_voice
from sayso.voices.permitted import CloningPermit


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """One recording: the ``file`` as handed in, its SHA-256, its sound after repair, and the steps that led there."""

    file: bytes
    digest: bytes
    signal: Signal
    steps: tuple[Step, ...]

    @property
    def repairs(self) -> tuple[str, ...]:
        """Return the names of the steps, in order."""
        return tuple(step.name for step in self.steps)


def digests_of(files: Sequence[bytes]) -> list[bytes]:
    """Return the SHA-256 of each file."""
    return [hashlib.sha256(file).digest() for file in files]


def prepared(files: Sequence[bytes], signals: Sequence[Signal], permitted: CloningPermit) -> list[Reference]:
    """Return each recording repaired where that helps; raise `PermitRefused` before one is changed without a permit.

    ``signals`` are the sounds of ``files``, in the same order.
    """
    digests = digests_of(files)
    references = []
    for file, digest, signal in zip(files, digests, signals, strict=True):
        permitted.check(digests)
        restored = restore(signal, identity=embed_voice)
        references.append(Reference(file, digest, restored.signal, restored.steps))
    return references
