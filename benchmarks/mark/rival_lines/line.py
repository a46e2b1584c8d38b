"""The rival's end of the line: a line of JSON in, a line of JSON out, sound in files beside. Needs numpy only."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

import numpy as np

_LINE = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # before the rival is loaded: what it prints itself goes to the errors, not to the line


def serve(embed: Callable[..., np.ndarray], score: Callable[..., dict]) -> None:
    """Answer until the line is closed."""
    print(json.dumps({"ready": True}), file=_LINE, flush=True)
    for words in sys.stdin:
        asked = json.loads(words)
        try:
            samples = np.load(asked["file"])
            if asked["do"] == "embed":
                np.save(asked["file"], embed(samples, asked["rate_hz"], asked["number"]).astype(np.float32))
                answer = {"done": True}
            else:
                answer = score(samples, asked["rate_hz"], asked["number"])
        except Exception as error:  # noqa: BLE001 - whatever ails the rival is the answer, and the line stays open
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=_LINE, flush=True)
