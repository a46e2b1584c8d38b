"""The evidence of an enrolment: a ZIP file of the recordings and a report: what was asked, found, by what models.

Years later the same checks can be run on the same bytes; what differs then shows beside the digests of the day.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sayso import __version__, canonical, models
from sayso.enrollment.checking import EnrollmentFound
from sayso.enrollment.decoders import decoder_digests
from sayso.enrollment.errors import EvidenceTampered
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict
from sayso.enrollment.verifier import NAME as VERIFIER
from sayso.enrollment.verifier import Verifier

FORMAT: Final = "sayso-enrollment/1"
REPORT: Final = "report.json"
USED: Final = (
    "silero-vad",
    "campplus",
    "ge2e",
    "segmentation",
    "synthetic-speech",
    "one-capture",
    "perth",
    "whisper-base",
    "whisper-base-config",
    "whisper-base-tokenizer",
    "whisper-base-vocabulary",
)
"""The models that the checks ask."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP file knows: the same evidence is the same bytes


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The ``report`` (plain values), the statement and the samples as they were handed in."""

    report: Mapping[str, Any]
    statement: bytes
    samples: tuple[bytes, ...]

    def packed(self) -> bytes:
        """Return the ZIP file, the same for the same evidence."""
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as file:
            for name, data in self._files():
                file.writestr(zipfile.ZipInfo(name, _EPOCH), data)
        return written.getvalue()

    def _files(self) -> list[tuple[str, bytes]]:
        samples = [(_sample(number), data) for number, data in enumerate(self.samples, 1)]
        return [(REPORT, canonical.encode(dict(self.report))), ("statement", self.statement), *samples]

    @property
    def digest(self) -> str:
        """The SHA-256 (hex) of the digests of the models of the day."""
        return hashlib.sha256(canonical.encode(dict(self.report["models"]))).hexdigest()

    @property
    def verdict(self) -> EnrollmentVerdict:
        """What the checks said then."""
        return EnrollmentVerdict(self.report["verdict"])


def unpacked(data: bytes) -> Evidence:
    """Return the evidence in a ZIP file that `Evidence.packed` made; raise `EvidenceTampered` for any other."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            report = canonical.decode(file.read(REPORT))
            count = len(file.namelist()) - 2
            samples = tuple(file.read(_sample(number)) for number in range(1, count + 1))
            return Evidence(report, file.read("statement"), samples)
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise EvidenceTampered("got bytes that are no evidence of an enrolment; restore the blob") from None


def report_of(
    found: EnrollmentFound, recogniser: str, asked: Mapping[str, Any], verifier: Verifier | None = None
) -> dict[str, Any]:
    """Return the report: what was ``asked``, what each check found, and the digests of the models of the day."""
    return {
        "format": FORMAT,
        **asked,
        "verdict": str(found.verdict),
        "checks": {name: _plain(check) for name, check in found.checks.items()},
        "models": models_of_the_day(verifier),
        "recogniser": recogniser,
        "sayso": __version__,
    }


def models_of_the_day(verifier: Verifier | None = None) -> dict[str, str]:
    """Return the SHA-256 of each model that the checks ask, as they stand now; and of what the operator added."""
    cards = models.cards()
    own = {} if verifier is None else {VERIFIER: verifier.sha256}
    return {name: cards[name].sha256 for name in USED} | decoder_digests() | own


def checks_of(report: Mapping[str, Any]) -> dict[str, EnrollmentCheck]:
    """Return what each check found, as a report says."""
    return {
        name: EnrollmentCheck(
            EnrollmentVerdict(one["verdict"]),
            {figure: None if value is None else float(value) for figure, value in one["figures"].items()},
            tuple(one["reasons"]),
        )
        for name, one in report["checks"].items()
    }


def _plain(check: EnrollmentCheck) -> dict[str, Any]:
    figures = {name: None if value is None else f"{value:.6g}" for name, value in check.figures.items()}
    return {"verdict": str(check.verdict), "figures": figures, "reasons": list(check.reasons)}


def _sample(number: int) -> str:
    return f"sample-{number}"


def digests(files: Sequence[bytes]) -> list[str]:
    """Return the SHA-256 (hex) of each file."""
    return [hashlib.sha256(file).hexdigest() for file in files]
