"""What an enhancer must do, so that anybody can write one: a plugin of the entry point group ``sayso.enhancers``."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


class EnhancerRun(Protocol):
    """A run over one recording of one channel, block by block."""

    @property
    def hop(self) -> int:
        """Return of how many samples each block is a whole multiple."""
        ...

    @property
    def delay(self) -> int:
        """Return by how many samples what comes out is later than what went in."""
        ...

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return as many samples as came in, enhanced and `delay` later; what was before the start is silence.

        The same recording in other blocks gives the same sound within 0.01 of its root mean square. Deterministic.
        """
        ...


@runtime_checkable
class Enhancer(Protocol):
    """Takes noise, talkers or echo away from speech."""

    @property
    def name(self) -> str:
        """Return the name of its entry point."""
        ...

    @property
    def licence(self) -> str:
        """Return the SPDX licence of its weights."""
        ...

    @property
    def sample_rate(self) -> int:
        """Return the rate in Hz at which it works."""
        ...

    @property
    def latency_s(self) -> float:
        """Return the seconds after which live sound comes out, not counting the time to compute."""
        ...

    def digest(self) -> str:
        """Return the SHA-256, in hex, of what decides its sound: the same from run to run."""
        ...

    def stream(self) -> EnhancerRun:
        """Return a run over one recording."""
        ...
