"""NeMo text processing as a line: a JSON list of texts comes in, a JSON list of normalised texts goes out.

Run by an interpreter that has the package nemo_text_processing; see normalisers.py.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile

logging.disable(logging.CRITICAL)

from nemo_text_processing.text_normalization.normalize import Normalizer  # noqa: E402 - after its log is quiet


def main() -> None:
    """Normalise what standard input holds."""
    folder = os.path.join(tempfile.gettempdir(), "sayso-nemo")  # noqa: PTH118 - the interpreter of others
    normalizer = Normalizer(input_case="cased", lang="en", cache_dir=folder)
    said = []
    for text in json.load(sys.stdin):
        try:
            said.append(normalizer.normalize(" ".join(text.split()), punct_post_process=True))
        except Exception as error:  # noqa: BLE001 - what it cannot read is wrong, and the next text goes on
            said.append(f"failed {type(error).__name__}")
    json.dump(said, sys.stdout)


main()
