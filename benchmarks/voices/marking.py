"""The mark on a cloned voice: how it sounds, and whether its id comes through Opus 16 and the telephone."""

from __future__ import annotations

import sys
from pathlib import Path

from sayso.audio.signal import Signal

_SECONDS = 5
_MOST = 4
_ATTACKS = ("codec opus 16", "telephone")


def marked_voice(spoken: Signal) -> dict:
    """Return the mean PESQ-WB of four pieces of 5 s, and of how many the id was read after each attack."""
    here = str(Path(__file__).parents[1] / "mark")
    if here not in sys.path:
        sys.path.insert(0, here)
    import ours
    import quality
    from attacks import ATTACKS

    size = _SECONDS * spoken.sample_rate
    pieces = [spoken.samples[0, at : at + size] for at in range(0, spoken.num_samples - size + 1, size)]
    pieces = pieces[:_MOST]
    marks = [ours.mark_of(number) for number in range(len(pieces))]
    marked = [ours.embed(piece, mark) for piece, mark in zip(pieces, marks, strict=True)]
    rated = [score for pair in zip(pieces, marked, strict=True) if (score := quality.pesq(*pair)) is not None]
    read = {}
    for name in _ATTACKS:
        heard = [ours.find(Signal.mono(ATTACKS[name].change(one), spoken.sample_rate)) for one in marked]
        read[f"mark_{name.split()[-2] if ' ' in name else name}"] = [
            sum(one.mark == mark for one, mark in zip(heard, marks, strict=True)),
            len(marks),
        ]
    return {"pesq": sum(rated) / len(rated) if rated else None, **read}
