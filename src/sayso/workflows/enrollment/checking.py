"""Checking recordings at hand, for calibration: nothing is stored, and no voice is made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sayso.accounts.rights import Right
from sayso.audio import Signal, decode
from sayso.disk import read_bounded
from sayso.enrollment.checking import EnrollmentFound, check_enrollment
from sayso.errors import about
from sayso.progress import Report, silent
from sayso.recognition import recogniser
from sayso.workflows.enrollment.verifying import verifier_of
from sayso.workflows.installation.session import Session

MAX_RECORDING_S: Final = 600.0
_MAX_BYTES: Final = 1 << 28


def check_recordings(
    session: Session, statement: Path, text: str, samples: Sequence[Path], report: Report = silent
) -> EnrollmentFound:
    """Return what the checks find; raise `FileMissing`, an error of audio, `RecogniserMissing` or `VerifierInvalid`.

    For the operator alone: others have as many attempts as enrolment gives them, and would try a forgery here first.
    """
    session.require(Right.GOVERN)
    (stated, file), *sounds = [_read(path) for path in (statement, *samples)]
    report(0.1)
    return check_enrollment(
        stated,
        text,
        [sound for sound, _ in sounds],
        recogniser(),
        session.detector,
        files=[file, *(each for _, each in sounds)],
        verifier=verifier_of(session.settings),
    )


def _read(path: Path) -> tuple[Signal, bytes]:
    with about(str(path)):
        file = read_bounded(path, _MAX_BYTES)
        return decode(file, max_duration_s=MAX_RECORDING_S), file
