"""By what the wanted speaker or colour is known: a recording handed in, or the recordings of a voice kept here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sayso import lineage
from sayso.accounts.rights import Right
from sayso.audio.decode import decode
from sayso.audio.signal import Signal, concatenate
from sayso.errors import Invalid
from sayso.ids import PREFIXES
from sayso.lineage import Kind
from sayso.restoration.repair.matching import LongTermSpectrum, long_term_spectrum
from sayso.voices.campplus import embed_voice
from sayso.workflows.installation.session import Session
from sayso.workflows.voices.voicebook import row_of


def speaker_of(reference: str, session: Callable[[], Session]) -> NDArray[np.float32]:
    """Return the embedding of the speaker that ``reference`` names: a file, or the id of a voice that was cloned here.

    A file needs no installation, so ``session`` is asked for a voice only; whoever names one acts as its speaker. Raise
    what `decode`, `embed_voice` and `row_of` raise, `RoleRefused`, and `Invalid` for a stock voice.
    """
    path = Path(reference)
    if path.exists() or not reference.startswith(f"{PREFIXES['voice']}_"):
        return speaker_in(path)
    return voice_embedding(session(), reference)


def speaker_in(recording: Path) -> NDArray[np.float32]:
    """Return the embedding of the speaker of ``recording``; raise what `decode` and `embed_voice` raise."""
    return embed_voice(decode(recording))


def voice_embedding(session: Session, voice: str) -> NDArray[np.float32]:
    """Return the embedding of the speaker of a voice that was cloned here; whoever asks acts as that speaker.

    Raise what `row_of` raises, `RoleRefused`, and `Invalid` for a stock voice.
    """
    return embed_voice(_recorded(session, voice))


def colour_of(recording: Path) -> LongTermSpectrum:
    """Return the long-term spectrum of ``recording``; raise what `decode` raises, and `TooLittleSound`."""
    return long_term_spectrum(decode(recording))


def _recorded(session: Session, voice: str) -> Signal:
    session.require(Right.CONSENT)
    row = row_of(session, voice)
    if row.house:
        raise Invalid(f"got the stock voice {row.name}, which was cloned from nobody; name a cloned voice or a file")
    with session.read() as tx:
        sources = lineage.ancestors(tx, row.artifact_id)
    recordings = [one.blob or "" for one in sources if one.kind is Kind.RECORDING]
    sounds = [decode(session.vault.open(blob, kind=Kind.RECORDING)) for blob in recordings]
    first = sounds[0]
    alike = [one for one in sounds if (one.sample_rate, one.num_channels) == (first.sample_rate, first.num_channels)]
    return concatenate(alike)
