"""What a Sayso of any age says: a JSON list of texts comes in, a JSON list of phrases in phonemes goes out.

Run with PYTHONPATH at the source folder of that Sayso; see hearing.py. A text that it refuses has no phrase.
"""

from __future__ import annotations

import json
import sys

from sayso.engines.phonemes import phonemes
from sayso.errors import SaysoError
from sayso.synthesis import phrases
from sayso.synthesis.normalise import normalise


def _said(text: str) -> list[str]:
    try:
        return [phonemes(phrase.text) for phrase in phrases(normalise(text))]
    except SaysoError:
        return []


json.dump([_said(text) for text in json.load(sys.stdin)], sys.stdout)
