"""Train the check of one capture on half of the people, and judge it by statements of the others.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/captured.py [--output src/sayso/models/files/one-capture.npz]

The steps within one take and those at joins of `two room` make the linear discriminant. The threshold is passed by one
in a hundred honest statements, each scored by a model that did not hear its speaker (four folds). Intervals: 95 %,
bootstrap over people. Printed of the other half: how many of each kind go to a person, how many are refused, and of
those that a step of the channel tells, how far the place is from the nearest join.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import time
import zipfile
from pathlib import Path

import numpy as np
from spliced import RATE, statements
from synthetic import interval

from sayso.audio import Signal
from sayso.enrollment.capture import CHANGED_SCORE, check_capture
from sayso.enrollment.channel import ChannelModel, channel_steps

SHARE, DIRECTIONS, FOLDS, NEAR_S, ALARMS = 0.1, 4, 4, 0.15, 0.01
TRAINED_WITH = "two room"


def trained(rows):
    """Return the model of ``rows``: statements with their steps and where those are."""
    within = np.concatenate([steps for one, steps, _ in rows if one.is_honest])
    pairs = [(one, steps, places) for one, steps, places in rows if one.kind == TRAINED_WITH]
    between = np.concatenate([steps[np.abs(places - one.joins[0]) < NEAR_S] for one, steps, places in pairs])
    scale = within.std(axis=0)
    inner, outer = ((part / scale).T @ (part / scale) / len(part) for part in (within, between))
    inner = (1 - SHARE) * inner + SHARE * np.eye(len(inner))
    sizes, axes = np.linalg.eigh(inner)
    white = axes / np.sqrt(sizes)
    gains, turned = np.linalg.eigh(white.T @ outer @ white)
    directions = (white @ turned[:, ::-1][:, :DIRECTIONS]) / scale[:, None]
    spread = (within @ directions).var(axis=0)
    apart = np.maximum(gains[::-1][:DIRECTIONS], spread * 1.01)
    return ChannelModel(*(part.astype(np.float32) for part in (directions, spread, apart)))


def threshold(rows):
    """Return the score that `ALARMS` of honest statements reach, each by a model that did not hear its speaker."""
    fold = {one.who: int(hashlib.sha256(one.who.encode()).hexdigest()[:6], 16) % FOLDS for one, *_ in rows}
    found = []
    for held in range(FOLDS):
        model = trained([row for row in rows if fold[row[0].who] != held])
        found += [model.scores(steps).max() for one, steps, _ in rows if fold[one.who] == held and one.is_honest]
    return float(np.quantile(found, 1 - ALARMS)), len(found)


def with_steps(part):
    rows = [(one, *channel_steps(one.samples)) for one in statements(part)]
    return [row for row in rows if len(row[1])]


def written(model):
    """Return the bytes of a model, the same for the same."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in ("directions", "within", "between"):
            one = io.BytesIO()
            np.lib.format.write_array(one, getattr(model, name), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), one.getvalue())
    return buffer.getvalue()


def judged():
    """Return by kind how many go to a person or are refused, and how near the place is."""
    found, spent = {}, 0.0
    for one in statements("judge", seed=2):
        started = time.process_time()
        check = check_capture(Signal.mono(one.samples, RATE), [])
        spent += time.process_time() - started
        off = [abs(place - check.figures.get("channel_at", -9)) for place in one.joins]
        row = (one.who, check, min(off, default=None), len(one.samples) / RATE)
        found.setdefault(one.kind, []).append(row)
        if one.is_honest and len(one.samples) >= 8 * RATE:
            found.setdefault("honest, 8 s or more", []).append(row)
    seconds = sum(row[3] for kind, rows in found.items() for row in rows if not kind.endswith("more"))
    return {kind: _told(rows) for kind, rows in found.items()} | {"CPU seconds a second": round(spent / seconds, 5)}


def _told(rows):
    who, stopped = np.array([row[0] for row in rows]), np.array([row[1].verdict != "pass" for row in rows])
    by = [row for row in rows if row[1].figures.get("channel", 0) >= CHANGED_SCORE]
    return {
        "stopped": interval(who, stopped),
        "refused": sum(1 for row in rows if row[1].verdict == "refuse"),
        "by a step of the channel": len(by),
        "within half a second of a join": sum(1 for row in by if row[2] is not None and row[2] <= 0.5),
    }


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--output", type=Path)
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    if chosen.output:
        rows = with_steps("tune")
        print("threshold", threshold(rows))
        chosen.output.write_bytes(written(trained(rows)))
        print(f"{chosen.output}: SHA-256 {hashlib.sha256(chosen.output.read_bytes()).hexdigest()}")
        return
    figures = judged()
    print(json.dumps(figures, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
