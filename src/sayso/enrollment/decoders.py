"""Decoders of the marks that other systems put into what they make: Perth's, and those of plugins.

AudioSeal, WavMark and SilentCipher come without their weights: who has them brings a decoder of the entry point group
`GROUP`, a class that is made without arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Protocol, runtime_checkable

from sayso.audio import Signal
from sayso.enrollment.errors import DecoderUnfit
from sayso.enrollment.perth import Perth
from sayso.plugins import plugged_in

GROUP: Final = "sayso.decoders"


@runtime_checkable
class MarkDecoder(Protocol):
    """What hears the mark of another system."""

    @property
    def name(self) -> str:
        """Return the name of its entry point: the mark's, as in evidence and for people."""
        ...

    @property
    def suspect(self) -> float:
        """Return the score from which a recording goes to a person."""
        ...

    def digest(self) -> str:
        """Return the SHA-256 (hex) of weights and program: it stands in the evidence."""
        ...

    def score(self, recording: Signal) -> float:
        """Return how sure it is that any part of ``recording`` carries the mark.

        Of any rate and number of channels, and as short as can be; the same for the same sound. What is no number goes
        to a person.
        """
        ...


@cache
def mark_decoders() -> Mapping[str, MarkDecoder]:
    """Return the decoders by name, Sayso's own first; raise `DecoderUnfit` for a plugin that is none."""
    own = Perth()
    return {own.name: own, **{point.name: _decoder(point) for point in entry_points(group=GROUP)}}


def decoder_digests() -> dict[str, str]:
    """Return the SHA-256 of each plugin's decoder, by ``mark_decoder NAME``: Perth's is in the catalogue."""
    return {f"mark_decoder {name}": one.digest() for name, one in mark_decoders().items() if name != Perth.name}


def _decoder(point: EntryPoint) -> MarkDecoder:
    if point.name == Perth.name:
        raise DecoderUnfit(f"MarkDecoder {point.name}: got one from {point.value}, expected another name: Sayso has it")
    return plugged_in(point, MarkDecoder, DecoderUnfit)  # type: ignore[type-abstract]
