"""Trials kept one a line, so that a run goes on where it stopped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def run(kept: Path, count: int, until: float, trial: Callable[[int], dict[str, Any]]) -> list[dict[str, Any]]:
    """Make the trials 0 to ``count`` that are not in the file ``kept``, until a moment (`time.time`); return all."""
    done = read(kept)
    known = {row["trial"] for row in done}
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.open("a") as file:
        for number in range(count):
            if number in known:
                continue
            if time.time() > until:
                break
            row = {"trial": number, **trial(number)}
            done.append(row)
            file.write(json.dumps(row) + "\n")
            file.flush()
            if row.get("found"):
                print(f"  {kept.stem} {number}: {row}", flush=True)
    return done


def read(kept: Path) -> list[dict[str, Any]]:
    """Return the trials that were made before."""
    if not kept.exists():
        return []
    return [json.loads(line) for line in kept.read_text().splitlines() if line.endswith("}")]
