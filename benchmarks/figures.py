"""The machine-readable figures (docs/figures.json): values that a run measured go in, with the date of the run.

Each row may name ``from``: a JSON file of `.bench/` and the path in it. `make bench` refreshes the rows whose file it
wrote; rows without ``from`` are kept by hand. `sayso report compliance` quotes the file.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).parent.parent / "docs" / "figures.json"


def refresh(out: Path, *, since: float, file: Path = FILE) -> list[str]:
    """Write what the JSON files in ``out`` newer than ``since`` measured into ``file``; return the ids of the rows."""
    figures = json.loads(file.read_text())
    today = datetime.now(UTC).date().isoformat()
    changed = []
    for row in figures["figures"]:
        source = row["from"] and out / row["from"][0]
        if not source or not source.exists() or source.stat().st_mtime < since:
            continue
        value = found_at(json.loads(source.read_text()), row["from"][1:])
        if value is not None:
            row["value"] = round(value, 4) if isinstance(value, float) else value
            row["date"] = today
            changed.append(row["id"])
    if changed:
        file.write_text(written(figures))
    return changed


def found_at(report: object, path: list[str]) -> float | None:
    """Return the number at ``path``, None where this run did not measure it."""
    for name in path:
        if not isinstance(report, dict) or name not in report:
            return None
        report = report[name]
    return report if isinstance(report, int | float) else None


def written(figures: dict) -> str:
    """Return the file's text: a line a figure, so that a change shows as one."""
    head = {name: value for name, value in figures.items() if name != "figures"}
    rows = ",\n".join(" " + json.dumps(row, ensure_ascii=False) for row in figures["figures"])
    return json.dumps(head, ensure_ascii=False)[:-1] + ', "figures": [\n' + rows + "\n]}\n"
