"""A row of the catalogue: one segment of speech, whose it is, what it sounds like, and what was decided about it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    import pyarrow as pa

EMBEDDING_SIZE: Final = 192
SCHEMA_VERSION: Final = 1


class SegmentDecision(StrEnum):
    """What became of a segment, or of a whole recording that cannot be used."""

    KEPT = "kept"
    REPAIRED = "repaired"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


USABLE: Final = frozenset({SegmentDecision.KEPT, SegmentDecision.REPAIRED})
"""What has a sound in the corpus; all else is told of and holds none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment. Text fields are "" where nothing is known, numbers None.

    Attributes
    ----------
    segment : ``seg_`` and 32 hex digits of SHA-256 over ``source_digest`` and the two moments, in milliseconds
    source : where the recording was found: a file URL, ``tar:...#member`` or ``s3://...``; it takes no part in digests
    source_digest : SHA-256 of the recording's bytes, in hex
    start_s, end_s, seconds : where in the recording; 0 and the whole length for a recording that was quarantined
    sample_rate_hz : of the sound that is kept
    speaker : pseudonymous, never a name: the id of a speaker here, or ``ext_`` and hex digits of a hash of what a
        manifest calls them
    sex, accent, language : as declared by the source
    grant, licence, evidence : the basis: a grant's id, or an SPDX licence and where it is stated
    purpose : what the basis allows; ``*`` for a licence that binds no purpose
    expires : when the basis ends, as UTC in ISO 8601; "" for never. Nobody reads the row afterwards
    text : what was said, by a recogniser or the manifest
    snr_db, rt60_s, bandwidth_hz, clipped_share : as diagnosed
    ovrl : DNSMOS P.835 overall score of the sound that is kept
    decision, reasons : what became of it, and why
    duplicate_of : the segment that it repeats
    embedding : 192 numbers of CAM++, of length 1; None where no voice was found
    audio : the name of the kept sound in the corpus's store, FLAC; "" where none is kept
    stage_versions : ``stage=version`` for each stage that took part, in order
    """

    segment: str
    source: str
    source_digest: str
    start_s: float
    end_s: float
    seconds: float
    sample_rate_hz: int
    speaker: str = ""
    sex: str = ""
    accent: str = ""
    language: str = ""
    grant: str = ""
    licence: str = ""
    evidence: str = ""
    purpose: str = ""
    expires: str = ""
    text: str = ""
    snr_db: float | None = None
    rt60_s: float | None = None
    bandwidth_hz: float | None = None
    clipped_share: float | None = None
    ovrl: float | None = None
    decision: SegmentDecision = SegmentDecision.KEPT
    reasons: tuple[str, ...] = ()
    duplicate_of: str = ""
    embedding: tuple[float, ...] | None = None
    audio: str = ""
    stage_versions: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """Return the row as plain values, as `schema` has them."""
        plain = {**asdict(self), "decision": str(self.decision)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}

    @classmethod
    def of(cls, record: dict[str, Any]) -> Self:
        """Return the row that `record` gave; columns that are unknown here, of a later version, are passed over."""
        known = {field.name: record[field.name] for field in fields(cls) if field.name in record}
        for name in ("reasons", "embedding", "stage_versions"):
            if known.get(name) is not None:
                known[name] = tuple(known[name])
        return cls(**{**known, "decision": SegmentDecision(known["decision"])})


def segment_id(source_digest: str, start_s: float, end_s: float) -> str:
    """Return the id of a segment: the same recording cut at the same places gives the same id anywhere."""
    told = f"{source_digest} {round(start_s * 1000)} {round(end_s * 1000)}"
    return f"seg_{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def schema() -> pa.Schema:
    """Return the Arrow schema of rows, its version in the metadata. Needs the extra `corpus`."""
    import pyarrow as pa  # noqa: PLC0415 - of the extra

    number, text = pa.float32(), pa.string()
    kinds: dict[str, pa.DataType] = {
        **dict.fromkeys(("start_s", "end_s", "seconds"), pa.float64()),
        **dict.fromkeys(("snr_db", "rt60_s", "bandwidth_hz", "clipped_share", "ovrl"), number),
        "sample_rate_hz": pa.int32(),
        "reasons": pa.list_(text),
        "stage_versions": pa.list_(text),
        "embedding": pa.list_(number, EMBEDDING_SIZE),
    }
    columns = [pa.field(field.name, kinds.get(field.name, text)) for field in fields(Segment)]
    return pa.schema(columns, metadata={"sayso.schema": str(SCHEMA_VERSION)})
