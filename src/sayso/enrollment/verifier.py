"""One more verifier of speakers: an ONNX file of the operator's, such as ReDimNet, WeSpeaker or ECAPA-TDNN.

It is heard beside CAM++ and GE2E, and its check is one more: it can send an enrolment to a person or refuse it, and
never let one pass that they do not. What its scores mean is for the operator to measure (`sayso enroll check`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sayso import models
from sayso.disk import read_bounded
from sayso.enrollment.errors import VerifierInvalid
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict, worst_of
from sayso.voices import filterbank
from sayso.voices.embedding import checked_speech, mean_embedding, similarity

if TYPE_CHECKING:
    from sayso.models.session import InferenceSession

NAME: Final = "verifier"
LONGEST_S: Final = 60.0
"""The seconds of a recording that are heard."""

_MAX_BYTES: Final = 1 << 30
_SOUND, _BANDS = 2, 3  # dimensions of an input: (1, samples), or (1, frames, bands)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Verifier:
    """A network and what its cosines mean: from ``passes`` on one person, below ``reviews`` two."""

    network: InferenceSession
    sha256: str
    passes: float
    reviews: float

    def embedding(self, speech: Floats) -> Floats:
        """Return the embedding of ``speech`` (16 kHz mono, no pauses), of length 1; raise `NoVoiceInside`.

        Raise `VerifierInvalid` where the network gives no numbers.
        """
        (fed,), heard = self.network.get_inputs(), checked_speech(speech)[: int(LONGEST_S * filterbank.SAMPLE_RATE)]
        told = heard if len(fed.shape) == _SOUND else filterbank.features(heard)
        found = np.ravel(self.network.run(None, {fed.name: told[None].astype(np.float32)})[0])
        length = float(np.linalg.norm(found))
        if not np.isfinite(length) or length == 0:
            raise VerifierInvalid(f"verifier: got an embedding of length {length}, expected one of numbers")
        return np.asarray(found / length, np.float32)

    def verdict(self, cosine: float) -> EnrollmentVerdict:
        """Return what ``cosine`` means."""
        if cosine >= self.passes:
            return EnrollmentVerdict.PASS
        return EnrollmentVerdict.REVIEW if cosine >= self.reviews else EnrollmentVerdict.REFUSE


def opened_verifier(path: Path, sha256: str, passes: float, reviews: float) -> Verifier:
    """Return the verifier in the file ``path``, opened once a process; raise `VerifierInvalid` or `FileMissing`.

    It has one input: sound (1, samples) at 16 kHz, or 80 bands (1, frames, 80) by Kaldi's filter bank, their mean over
    time taken off. Its first output is the embedding.
    """
    return Verifier(_network(path, sha256), sha256, passes, reviews)


@cache
def _network(path: Path, sha256: str) -> InferenceSession:
    data = read_bounded(path, _MAX_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise VerifierInvalid(f"verifier: got a file with SHA-256 {digest[:16]}..., expected {sha256[:16]}...")
    network = models.open_session(data, name=NAME)
    shapes = [one.shape for one in network.get_inputs()]
    if len(shapes) != 1 or len(shapes[0]) not in {_SOUND, _BANDS}:
        raise VerifierInvalid(f"verifier: got inputs of shapes {shapes}, expected one, (1, samples) or (1, frames, 80)")
    return network


def check_verifier(verifier: Verifier, stated: Floats, spoken: Sequence[Floats]) -> EnrollmentCheck:
    """Return whether the verifier finds one person in the statement and the samples, each 16 kHz without pauses.

    A single sample is shorter than all together: one that falls below ``passes`` alone goes to nobody, one below
    ``reviews`` to a person. Raise `NoVoiceInside`.
    """
    statement, each = verifier.embedding(stated), [verifier.embedding(one) for one in spoken]
    whole = similarity(statement, mean_embedding(each))
    lowest = min(similarity(statement, one) for one in each)
    apart = EnrollmentVerdict.PASS if lowest >= min(verifier.reviews, verifier.passes) else EnrollmentVerdict.REVIEW
    verdict = worst_of([verifier.verdict(whole), apart])
    reasons = () if verdict is EnrollmentVerdict.PASS else ("the verifier finds another voice in the samples",)
    return EnrollmentCheck(verdict, {"score": whole, "lowest": lowest}, reasons)
