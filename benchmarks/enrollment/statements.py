"""Statements as the challenge draws them, read by stock voices: whole, and against texts that were not read.

    python benchmarks/enrollment/statements.py [--voices 8] [--json FILE]

The readers are synthetic (Kokoro), clean and native: what is measured is whether the text is fit to be weighed and what
a wrong word, an old nonce and another licensee come to. How people read is not measured by it.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from sayso.audio import Signal
from sayso.clock import now
from sayso.consent import Grant
from sayso.engines.registry import engine as engine_named
from sayso.enrollment.challenge import challenge_for
from sayso.enrollment.checking import check_enrollment
from sayso.enrollment.statement import check_statement
from sayso.ids import GrantId, SpeakerId, new_id
from sayso.mark import MarkKeys
from sayso.mark.detector import Detector
from sayso.recognition import recogniser

LICENSEES = ("Northwind Audio", "Harbor Books", "Silverline Games", "Blue Meadow Radio")
PURPOSES = ("audiobook/mystery", "podcast/news", "game/adventure", "advertising/soap")
VOICES = ("af_heart", "am_michael", "af_bella", "am_fenrir", "bf_emma", "bm_george", "af_nicole", "am_puck")


def drawn(rng):
    """Return the challenge of a grant drawn at random."""
    grant = Grant(
        GrantId(new_id("grant")),
        SpeakerId(new_id("speaker")),
        rng.choice(LICENSEES),
        (rng.choice(PURPOSES),),
        now(),
        max_ms=600_000,
    )
    return grant, challenge_for(grant, now())


def texts(rng, grant, challenge):
    """Return texts by kind: the one that was read, and three that were not."""
    _, other = drawn(rng)
    wrong = rng.choice([word for word in other.words if word not in challenge.words])
    rival = rng.choice([name for name in LICENSEES if name != grant.licensee])
    return {
        "right": challenge.text,
        "one nonce word wrong": challenge.text.replace(rng.choice(challenge.words), wrong),
        "old nonce": challenge.text.replace(", ".join(challenge.words), ", ".join(other.words)),
        "other licensee": challenge.text.replace(grant.licensee, rival),
    }


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--voices", type=int, default=8)
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    rng, engine, heard = random.Random(5), engine_named("kokoro"), recogniser()
    found, lengths, costs = defaultdict(Counter), [], []
    for voice in VOICES[: chosen.voices]:
        grant, challenge = drawn(rng)
        pieces = [piece.samples[0] for piece in engine.stream(challenge.text, engine.stock_asset(voice))]
        said = Signal.mono(np.concatenate(pieces), engine.sample_rate)
        lengths.append(round(said.duration_s, 1))
        for kind, text in texts(rng, grant, challenge).items():
            check = check_statement(said, text, heard)
            found[kind][check.verdict.value] += 1
            print(voice, kind, check.verdict.value, check.reasons, flush=True)
        costs.append(cost(said, challenge.text, heard))
        print(voice, "processor seconds", costs[-1], flush=True)
    figures = {
        "verdicts": {kind: dict(counts) for kind, counts in found.items()},
        "statements_s": lengths,
        "cpu": costs,
    }
    print(json.dumps(figures))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


def cost(said, text, heard):
    """Return the processor time of all checks of a statement that was read rightly, and samples up to 60 s in all."""
    rest = round((60.0 - said.duration_s) * said.sample_rate)
    samples = np.tile(said.samples[0], -(-rest // said.num_samples))[:rest]
    detector = Detector(MarkKeys.derive(b"a secret of the bench, 32 bytes!"))
    started = time.process_time()
    check_enrollment(said, text, [Signal.mono(samples, said.sample_rate)], heard, detector, files=[])
    return round(time.process_time() - started, 2)


if __name__ == "__main__":
    main()
