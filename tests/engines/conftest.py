"""Engines that are extras are tested where their packages are installed; see docs/engines.md."""

from __future__ import annotations

from importlib.util import find_spec

EXTRAS = {"pocket_tts": "test_pocket.py", "chatterbox": "test_chatterbox.py"}

collect_ignore = [file for package, file in EXTRAS.items() if find_spec(package) is None]
