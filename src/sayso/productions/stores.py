"""The store gate: which stores take narration by a synthetic voice, and what each asks; as published in 2026."""

from __future__ import annotations

from typing import Final

STORES: Final = (
    {"store": "acx", "takes": False, "asks": "human narration; its own replica program apart"},
    {"store": "apple", "takes": True, "asks": "declare digital narration at upload"},
    {"store": "google-play", "takes": True, "asks": "declare digital narration at upload"},
    {"store": "kobo", "takes": True, "asks": "declare digital narration at upload"},
    {"store": "spotify", "takes": True, "asks": "declare digital narration; no clone without the speaker's consent"},
)
"""Look the terms up before you deliver: stores change them."""
