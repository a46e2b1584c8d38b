"""`MarkedAudio`: the only audio type that leaves synthesis, and only this room makes one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from sayso.audio.signal import Signal
from sayso.ids import PermitId
from sayso.mark.errors import SealBroken
from sayso.mark.mark import Mark

_SEAL: Final = object()
"""Held by this room alone: without it `MarkedAudio` cannot be made. See tests/mark/test_marked.py."""


@dataclass(frozen=True, slots=True, eq=False)
class MarkedAudio:
    """Sound that carries ``mark``, made under ``permit_id``; ``start`` is its place in the clip, in samples.

    Raises
    ------
    SealBroken : made by anything but the embedder
    """

    signal: Signal
    mark: Mark
    permit_id: PermitId
    start: int = 0
    seal: object = field(default=None, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        """Refuse to be made elsewhere."""
        if self.seal is not _SEAL:
            raise SealBroken("marked audio was made outside the marking room; get it from `Marker.embed` or a session")

    @property
    def stop(self) -> int:
        """Return where in the clip the next chunk starts, in samples."""
        return self.start + self.signal.num_samples

    def pieces(self, most: int) -> Iterator[MarkedAudio]:
        """Yield this, sample for sample, in pieces of at most ``most`` samples, each in its place in the clip."""
        for first in range(0, self.signal.num_samples, most):
            part = self.signal.slice(first, min(first + most, self.signal.num_samples))
            yield replace(self, signal=part, start=self.start + first)


def sealed(signal: Signal, mark: Mark, permit_id: PermitId, *, start: int) -> MarkedAudio:
    """Return marked audio; called by `sayso.mark.embedder` and nothing else (checked in CI)."""
    return MarkedAudio(signal, mark, permit_id, start, seal=_SEAL)
