"""Zero-shot cloning: the engine takes the voice from the recording by itself; what came of it is judged as a fit is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sayso.audio.signal import Signal, concatenate
from sayso.clock import now
from sayso.engines.protocol import Engine, VoiceAsset
from sayso.progress import Report, silent
from sayso.voices.embedding import SAMPLE_RATE
from sayso.voices.likeness import Parted
from sayso.voices.permitted import CloningPermit
from sayso.voices.reference import Reference
from sayso.voices.sentences import JUDGED
from sayso.voices.style_fit import Effort, FittedVoice, judged

_JUDGED: Final = 3


def clone_zero_shot(
    engine: Engine,
    references: Sequence[Reference],
    permitted: CloningPermit,
    *,
    effort: Effort = Effort.BEST,  # noqa: ARG001 - the engine knows one way
    start: VoiceAsset | None = None,  # noqa: ARG001 - as above
    seed: int = 0,
    progress: Report = silent,
) -> FittedVoice:
    """Return the voice that ``engine``, which clones by itself, takes from ``references``; the signature is `fit`'s.

    The engine hears the speech that is not put aside to judge by, as much of it as it takes. The permit is checked
    first, and before each sentence. Raise `PermitRefused`, `NoVoiceInside`, or `ReferenceUnfit` for too little.
    """
    started = now()
    digests = [reference.digest for reference in references]
    permitted.check(digests, engine)
    parted = Parted.of([reference.signal for reference in references])
    asset = engine.clone(_heard(parted, engine))
    progress(0.5)
    spoken = []
    for text in JUDGED[:_JUDGED]:
        permitted.check(digests)
        spoken.append(concatenate(list(engine.stream(text, asset, seed=seed))))
    progress(1.0)
    return judged(asset, spoken, parted, renders=len(spoken), started=started)


def _heard(parted: Parted, engine: Engine) -> Signal:
    most_s = (engine.traits.reference_s or (0.0, np.inf))[1]
    most = len(parted.heard) if np.isinf(most_s) else round(most_s * SAMPLE_RATE)
    return Signal.mono(parted.heard[:most], SAMPLE_RATE)
