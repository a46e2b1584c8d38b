"""What a person wishes of a repair beside the repair itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Aims:
    """Whose voice is meant: an embedding by CAM++, of length 1; None for whoever is heard."""

    wanted: Floats | None = None

    def digest(self) -> str:
        """Return what tells these aims from others; "" for none."""
        return "" if self.wanted is None else hashlib.sha256(self.wanted.tobytes()).hexdigest()


NOTHING = Aims()
"""No wish beside the repair."""
