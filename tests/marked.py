"""Marked audio for tests of what takes it, without a grant, a permit or a gate behind it."""

from __future__ import annotations

from sayso.audio import Container, Signal
from sayso.credentials import Authority, Claim, SignedAudio, issue
from sayso.ids import PermitId
from sayso.mark import EncodedAudio, Mark, MarkedAudio
from sayso.mark.marked import sealed

PERMIT = PermitId("prm_aaaaaaaaaaaaaaaa")


def marked(signal: Signal, mark: Mark = Mark(1)) -> MarkedAudio:  # noqa: B008 - a frozen value
    """Return ``signal`` as audio that is said to carry ``mark``."""
    return sealed(signal, mark, PERMIT, start=0)


def file_of(data: bytes, container: Container, mark: Mark) -> EncodedAudio:
    """Return ``data``, whatever it is, as a file of marked audio."""
    import numpy as np

    file = marked(Signal.mono(np.zeros(8), 8_000), mark).encoded(Container.WAV)
    object.__setattr__(file, "data", data)
    object.__setattr__(file, "container", container)
    return file


def issued(
    data: bytes, container: Container, *, claim: Claim, authority: Authority, parent: bytes | None = None
) -> SignedAudio:
    """Return ``data`` signed, with its manifest, as if its sound carried the mark of ``claim``."""
    return issue(file_of(data, container, claim.mark), claim=claim, authority=authority, parent=parent)


def sign(data: bytes, container: Container, *, claim: Claim, authority: Authority) -> bytes:
    """Return ``data`` signed."""
    return issued(data, container, claim=claim, authority=authority).data
