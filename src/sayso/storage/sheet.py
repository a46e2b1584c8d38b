"""The sheet of a stored sound: what it is, how to lay it out again, how loud it is; sealed beside the sound."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from sayso import canonical
from sayso.audio import Container, Signal
from sayso.audio.loudness import integrated_loudness, true_peak_dbtp
from sayso.errors import Invalid
from sayso.fingerprint import Fingerprint
from sayso.fingerprint.features import features_of
from sayso.fingerprint.matching import Content, compared
from sayso.storage.choosing import ChosenForm, Layout
from sayso.storage.errors import StoredSoundTampered
from sayso.storage.pauses import StoredPause
from sayso.storage.purpose import StorageForm, StoragePurpose

_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is known of a stored sound. Loudness is in hundredths of LUFS, the peak in hundredths of dBTP.

    ``sound`` is the artifact that holds the bytes, ``permit`` the digest of the permit that it was stored under,
    ``clip`` the clip of this installation that it is, and ``mark`` its mark; ``closeness`` is in thousandths.
    """

    purpose: StoragePurpose
    form: StorageForm
    layout: Layout
    num_bytes: int
    flac_bytes: int
    loudness: int | None
    peak: int | None
    closeness: tuple[int, int, int] | None
    fingerprint: bytes
    sound: str
    permit: str
    stored_at: str
    mark: str | None = None
    clip: str | None = None

    @classmethod
    def of(cls, chosen: ChosenForm, signal: Signal, purpose: StoragePurpose, **known: Any) -> Self:
        """Return the sheet of ``signal`` in the form that was chosen; ``known`` are the fields that name others."""
        close = chosen.closeness
        return cls(
            purpose=purpose,
            form=chosen.form,
            layout=chosen.layout,
            num_bytes=len(chosen.data),
            flac_bytes=chosen.flac_bytes,
            loudness=_hundredths(integrated_loudness(signal)),
            peak=_hundredths(true_peak_dbtp(signal)),
            closeness=None
            if close is None
            else (round(1000 * close.spectral_db), round(1000 * (close.voice or 0)), round(1000 * close.opinion_loss)),
            fingerprint=Fingerprint.from_features(features_of(signal)).encode(),
            **known,
        )

    @property
    def duration_s(self) -> float:
        """Return the length in seconds, pauses included."""
        return self.layout.num_samples / self.layout.sample_rate

    @property
    def paused_s(self) -> float:
        """Return the seconds that are kept as room tone."""
        return sum(pause.length for pause in self.layout.pauses) / self.layout.sample_rate

    def encode(self) -> bytes:
        """Return its bytes: canonical JSON."""
        value = asdict(self) | {
            "version": _VERSION,
            "purpose": str(self.purpose),
            "form": _told(self.form),
            "fingerprint": base64.b64encode(self.fingerprint).decode(),
            "closeness": None if self.closeness is None else list(self.closeness),
        }
        layout = self.layout
        value["layout"] = [layout.sample_rate, layout.num_channels, layout.num_samples]
        value["pauses"] = [[pause.start, pause.length, *pause.tone] for pause in layout.pauses]
        return canonical.encode(value)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Return the sheet that `encode` gave the bytes of; raise `StoredSoundTampered`."""
        try:
            value = canonical.decode(data)
            if value.pop("version") != _VERSION:
                raise StoredSoundTampered
            rate, channels, samples = value["layout"]
            pauses = tuple(StoredPause(start, length, tuple(tone)) for start, length, *tone in value.pop("pauses"))
            return cls(
                **value
                | {
                    "purpose": StoragePurpose(value["purpose"]),
                    "form": _form_of(*value["form"]),
                    "layout": Layout(rate, channels, samples, pauses),
                    "fingerprint": base64.b64decode(value["fingerprint"]),
                    "closeness": None if value["closeness"] is None else tuple(value["closeness"]),
                }
            )
        except (Invalid, ValueError, KeyError, TypeError, AttributeError):
            raise StoredSoundTampered from None


def alike(signal: Signal, sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return those of ``sheets`` whose sound is a near duplicate of ``signal``, by their fingerprints."""
    features = features_of(signal)
    return [sheet for sheet in sheets if compared(features, Fingerprint.decode(sheet.fingerprint)) is Content.OURS]


def _hundredths(level: float) -> int | None:
    return round(100 * level) if math.isfinite(level) else None


def _told(form: StorageForm) -> list[Any]:
    """Return ``form`` as a sheet has it: of two parts, as before there was more than one coding, or of three."""
    told = [None if form.container is None else str(form.container), form.bit_rate]
    return [*told, *(["bands"] if form.by_bands else [])]


def _form_of(container: str | None, bit_rate: int, coding: str = "") -> StorageForm:
    if coding not in {"", "bands"}:
        raise StoredSoundTampered
    return StorageForm(None if container is None else Container(container), bit_rate, by_bands=coding == "bands")
