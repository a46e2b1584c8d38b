"""What the mark costs: times real time on one core, by processor time, whatever else the machine does."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import ours
from synthetic import RATE_HZ
from trials import corpus

from sayso.audio.signal import Signal
from sayso.mark.detector import Detector

CLIPS = 12
SECONDS = 5.0


def measured(kept: Path, *, again: bool) -> dict[str, float]:
    """Return the speeds, kept in the file ``kept``."""
    if again or not kept.exists():
        kept.write_text(json.dumps(speeds()))
    return json.loads(kept.read_text())


def speeds() -> dict[str, float]:
    """Return how many times real time each step goes."""
    clips = corpus(SECONDS).clips(CLIPS)
    marked = [ours.embed(clip.samples, ours.mark_of(number)) for number, clip in enumerate(clips)]
    as_files = [Signal.mono(one, RATE_HZ) for one in marked]
    hosts = [Signal.mono(clip.samples, RATE_HZ) for clip in clips]
    detector = Detector(ours.keys())
    works = {
        "embed": lambda at: ours.embed(clips[at].samples, ours.mark_of(at)),
        "detect aligned": lambda at: detector.read_at(as_files[at], 0),
        "detect marked": lambda at: ours.find(as_files[at]),
        "detect unmarked": lambda at: ours.find(hosts[at]),
    }
    return {name: _times_real_time(work) for name, work in works.items()}


def _times_real_time(work) -> float:
    """Return the median over clips: a core that is shared for a moment does not decide."""
    work(0)
    spent = []
    for at in range(CLIPS):
        begin = time.process_time()
        work(at)
        spent.append(time.process_time() - begin)
    return round(SECONDS / float(np.median(spent)), 1)
