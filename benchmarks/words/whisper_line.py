"""Whisper as a line: a JSON list of sound files comes in, a JSON list of what was heard goes out.

Run by an interpreter that has the package faster-whisper; see hearing.py. The argument is the folder of the model.
"""

from __future__ import annotations

import json
import sys

from faster_whisper import WhisperModel


def main() -> None:
    """Listen to the files that standard input names."""
    model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=2)
    heard = []
    for path in json.load(sys.stdin):
        segments, _ = model.transcribe(path, language="en", beam_size=5, condition_on_previous_text=False)
        heard.append(" ".join(segment.text.strip() for segment in segments))
    json.dump(heard, sys.stdout)


main()
