"""What a person wishes of a repair beside the repair itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sayso.restoration.repair.matching import LongTermSpectrum

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Aims:
    """Whose voice is meant (an embedding by CAM++, of length 1), and the colour wished for; None for neither.

    A repair that gains less DNSMOS than ``fuller_below`` is made fuller (see `restore`); None for none.
    """

    wanted: Floats | None = None
    colour: LongTermSpectrum | None = None
    fuller_below: float | None = None

    def digest(self) -> str:
        """Return what tells these aims from others; "" for none."""
        if self.wanted is None and self.colour is None and self.fuller_below is None:
            return ""
        found = hashlib.sha256(b"" if self.wanted is None else self.wanted.tobytes())
        found.update(b"" if self.colour is None else self.colour.loud.tobytes())
        found.update(b"" if self.fuller_below is None else repr(self.fuller_below).encode())
        return found.hexdigest()


NOTHING = Aims()
"""No wish beside the repair."""
