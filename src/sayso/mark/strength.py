"""Strength: how firmly a mark is written. One profile for each place that sound goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Strength:
    """How firmly a mark is written.

    Attributes
    ----------
    data_db : the mean by which the cells of one coded bit are to stand out, in dB
    pilot_db : the same for the pilots
    in_noise : the share of these goals that is to be met in white noise, too, 15 dB below the speech
    reach : how far beyond the masked threshold a cell may be moved to get there, as a factor
    rounds : how often the sound is measured again and what is lacking added
    high_share : how much the cells above 3.4 kHz, which no telephone carries, count beside those below
    """

    name: str
    data_db: float
    pilot_db: float
    reach: float
    in_noise: float = 0.9
    rounds: int = 6
    high_share: float = 1.0


TRANSPARENT: Final = Strength("transparent", data_db=1.1, pilot_db=1.0, reach=0.7)
STANDARD: Final = Strength("standard", data_db=1.35, pilot_db=1.2, reach=0.95)
ROBUST: Final = Strength("robust", data_db=2.4, pilot_db=2.0, reach=1.6)
TELEPHONE: Final = Strength("telephone", data_db=1.9, pilot_db=1.6, reach=1.3, high_share=0.3)

PROFILES: Final = {strength.name: strength for strength in (TRANSPARENT, STANDARD, ROBUST, TELEPHONE)}
