"""DNSMOS OVRL of the real clips in SAYSO_SPEECH, of speakers with two or more; kept in .bench: it takes minutes."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

from sayso.audio import decode
from sayso.audio.quality import dnsmos

KEPT = Path(".bench/fairness-real.json")


def real_clips():
    """Return the speaker, sex, native or not, and OVRL of each clip."""
    if KEPT.exists():
        return json.loads(KEPT.read_text())
    root = Path(os.environ["SAYSO_SPEECH"])
    rows = [json.loads(line) for line in (root / "manifest.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row.get("sex") and row.get("text") and "noisy" not in row["source"]]
    counts = Counter(row["speaker"] for row in rows)
    clips = [_measured(root, row) for row in rows if counts[row["speaker"]] > 1]
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(clips))
    return clips


def _measured(root, row):
    signal = decode((root / row["path"]).read_bytes())
    native = "non-native" if row["speaker"].startswith("speechocean") else "native"
    return {"speaker": row["speaker"], "sex": row["sex"], "corpus": native, "ovrl": float(dnsmos(signal).ovr)}
