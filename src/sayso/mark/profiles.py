"""Profiles: what each strength is for, and what was measured of it, for programs to read."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from importlib import resources
from typing import Any

from sayso.mark.errors import ProfileUnknown
from sayso.mark.pattern import BAND_BINS, BANDS, CLOCK_HZ, FIRST_BIN, FRAME_LENGTH
from sayso.mark.strength import PROFILES, Strength


def strength_of(profile: str) -> Strength:
    """Return the strength of ``profile``; raise `ProfileUnknown`."""
    if profile not in PROFILES:
        raise ProfileUnknown(f"got the profile {profile[:40]!r}, expected one of {', '.join(PROFILES)}")
    return PROFILES[profile]


def described(profile: str) -> dict[str, Any]:
    """Return a profile as JSON: purpose, strength, band, and the figures measured; none where none were."""
    strength = strength_of(profile)
    first_hz = FIRST_BIN * CLOCK_HZ / FRAME_LENGTH
    last_hz = first_hz + BAND_BINS * BANDS * CLOCK_HZ / FRAME_LENGTH
    return {
        "profile": profile,
        "strength": {name: value for name, value in asdict(strength).items() if name != "name"},
        "band_hz": [round(first_hz), round(last_hz)],
        **_measured()[profile],
    }


@cache
def _measured() -> dict[str, Any]:
    text = resources.files("sayso.mark").joinpath("profiles.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    return loaded
