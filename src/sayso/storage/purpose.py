"""What a sound is kept for, what it must still be good for then, and the forms that are tried, smallest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sayso.audio import Container
from sayso.consent.act import Action
from sayso.storage.errors import StoragePurposeUnknown


class StoragePurpose(StrEnum):
    """What a kept sound is for."""

    MASTER = "master"
    """To be the recording: every sample stays."""
    TRAINING = "training"
    """To learn from."""
    PREVIEW = "preview"
    """To be listened to in passing."""
    LIVE = "live"
    """To be sent while somebody waits."""
    ARCHIVE = "archive"
    """To be there in years: for a listener, and to clone from."""

    @classmethod
    def parse(cls, text: str) -> StoragePurpose:
        """Return the purpose named; raise `StoragePurposeUnknown`."""
        try:
            return cls(text)
        except ValueError:
            raise StoragePurposeUnknown(f"purpose: got {text[:40]!r}, expected one of {', '.join(cls)}") from None


ACTIONS: Final[Mapping[StoragePurpose, Action]] = {
    StoragePurpose.MASTER: Action.CLONE,
    StoragePurpose.ARCHIVE: Action.CLONE,
    StoragePurpose.PREVIEW: Action.CLONE,
    StoragePurpose.LIVE: Action.STREAM,
    StoragePurpose.TRAINING: Action.TRAIN,
}
"""What a grant must allow so that a recording of the speaker may be kept for a purpose."""


@dataclass(frozen=True, slots=True)
class StorageForm:
    """A container with its rate in bits a second and a channel; 0 where nothing is lost. No container: as it came.

    ``by_bands`` is for Opus: the level of each band of each 20 ms is kept, by its transform alone (CELT). Left to
    itself it predicts the voice instead (SILK) up to about 50 kbit/s, which no rate below brings near some recordings.
    """

    container: Container | None
    bit_rate: int = 0
    by_bands: bool = False

    @property
    def name(self) -> str:
        """Return its name, such as ``opus-24``, ``opus-bands-32`` or ``flac``."""
        if self.container is None:
            return "original"
        coded = [*(["bands"] if self.by_bands else []), *([str(self.bit_rate // 1000)] if self.bit_rate else [])]
        return "-".join([str(self.container), *coded])

    @property
    def is_lossless(self) -> bool:
        """Return whether every sample stays."""
        return not self.bit_rate


FLAC: Final = StorageForm(Container.FLAC)
ORIGINAL: Final = StorageForm(None)


def _opus(*kilobits: int) -> tuple[StorageForm, ...]:
    return tuple(StorageForm(Container.OPUS, each * 1000) for each in kilobits)


def _opus_by_bands(*kilobits: int) -> tuple[StorageForm, ...]:
    return tuple(StorageForm(Container.OPUS, each * 1000, by_bands=True) for each in kilobits)


@dataclass(frozen=True, slots=True)
class Demand:
    """The least that a form must reach, and the forms that are tried before all is kept without loss.

    Attributes
    ----------
    forms : in the order in which they are tried
    spectral_db : the most that the spectrum of the speech may be off, root mean square over 40 mel bands
    voice : the least CAM++ cosine to the original
    opinion_loss : the most that DNSMOS OVRL may fall
    """

    forms: tuple[StorageForm, ...]
    spectral_db: float = 0.0
    voice: float = 1.0
    opinion_loss: float = 0.0


# All try the same from 24 kbit/s on, so that what demands less never takes more.
_FROM_24: Final = (*_opus(24, 28, 32), *_opus_by_bands(32, 36, 40, 44, 48), *_opus(64))

# Chosen on eight speakers of the half that is tuned on: docs/storage.md has what the measures say of each rate.
DEMANDS: Final[Mapping[StoragePurpose, Demand]] = {
    StoragePurpose.MASTER: Demand(()),
    StoragePurpose.TRAINING: Demand(_FROM_24, spectral_db=1.6, voice=0.97, opinion_loss=0.1),
    StoragePurpose.ARCHIVE: Demand((*_opus(16, 20), *_FROM_24), spectral_db=2.0, voice=0.95, opinion_loss=0.1),
    StoragePurpose.LIVE: Demand((*_opus(16, 20), *_FROM_24), spectral_db=2.5, voice=0.9, opinion_loss=0.15),
    StoragePurpose.PREVIEW: Demand((*_opus(12, 16, 20), *_FROM_24), spectral_db=2.5, voice=0.9, opinion_loss=0.15),
}
