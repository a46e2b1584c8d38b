"""The limit: how much sound is taken, whatever a header promises."""

from __future__ import annotations

from typing import Final

from sayso.audio.errors import RateTooLow, TooLong

_LOWEST_HZ: Final = 2_000
"""Below it there is no speech, and a small file would grow to hours of samples at the rate of detection."""

_MAX_VALUES_PER_S: Final = (
    96_000  # two channels at 48 kHz: bounds the memory of a small file that decodes to a huge one
)


class Limit:
    """The longest duration that is taken."""

    def __init__(self, max_duration_s: float) -> None:
        """Take the longest duration."""
        self.max_duration_s = max_duration_s

    def check(self, num_samples: int, sample_rate: int, num_channels: int) -> None:
        """Raise `TooLong` if this is too long, or too much to hold, `RateTooLow` if its rate is that of no sound."""
        if sample_rate < _LOWEST_HZ:
            raise RateTooLow(f"got {sample_rate} samples a second, expected at least {_LOWEST_HZ:,}")
        duration_s = num_samples / max(sample_rate, 1)
        if duration_s > self.max_duration_s:
            raise TooLong(
                f"got {duration_s:,.0f} s of sound or more, expected at most {self.max_duration_s:,.0f} s; "
                "cut it into parts"
            )
        if num_samples * num_channels > self.max_duration_s * _MAX_VALUES_PER_S:
            raise TooLong(
                f"got {duration_s:,.0f} s of sound in {num_channels} channels at {sample_rate} Hz, which is more than "
                f"{self.max_duration_s:,.0f} s of two at 48,000 Hz; mix it down or cut it into parts"
            )
