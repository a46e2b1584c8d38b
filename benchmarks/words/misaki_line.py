"""misaki, what Kokoro reads text with, as a line: a JSON list of texts comes in, a JSON list of phonemes goes out.

Run by an interpreter that has the packages misaki[en], espeakng-loader and a spaCy model en_core_web_sm; see
normalisers.py. A model that was packaged under a longer name will do.
"""

from __future__ import annotations

import json
import pkgutil
import sys
from typing import Any

import spacy

_NAMES = [module.name for module in pkgutil.iter_modules() if module.name.startswith("en_core_web_sm")]
_load = spacy.load


def _load_small(_: str, **options: Any) -> Any:
    return _load(_NAMES[0], **options)


spacy.load = _load_small
spacy.util.is_package = lambda _: True

from misaki import en, espeak  # noqa: E402 - with the model found


def main() -> None:
    """Read what standard input holds aloud."""
    g2p = en.G2P(trf=False, british=False, fallback=espeak.EspeakFallback(british=False))
    said = []
    for text in json.load(sys.stdin):
        try:
            said.append(g2p(text)[0])
        except Exception:  # noqa: BLE001 - what it cannot read is wrong, and the next text goes on
            said.append("")
    json.dump(said, sys.stdout)


main()
