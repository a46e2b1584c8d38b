"""Tables, plots and JSON from the lines of the suite.

python benchmarks/mark/report.py .bench/suite/quick-standard.jsonl
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import plots
from intervals import gap, wilson
from trials import rows

OUTCOMES = ("present", "id", "registry")


def write(lines: Path) -> None:
    """Write the table (.md), the figures (.json) and the plots (.png) beside ``lines``, and print the table."""
    trials = list(rows(lines))
    ran = [row for row in trials if "not_run" not in row]
    figures = {
        "quality": _quality(ran),
        "attacks": _summary(ran),
        "groups": _groups(ran),
        "not_run": dict(sorted({(row["attack"], row["not_run"]) for row in trials if "not_run" in row})),
    }
    lines.with_suffix(".json").write_text(json.dumps(figures, indent=1))
    text = _text(figures)
    lines.with_suffix(".md").write_text(text)
    print(text)
    plots.robustness(figures["attacks"], lines.with_suffix(".png"))
    plots.quality([row for row in ran if "pesq" in row], lines.with_name(f"{lines.stem}-quality.png"))


def _rate(hits: list[bool]) -> dict:
    low, high = wilson(sum(hits), len(hits))
    return {"rate": round(100 * float(np.mean(hits)), 2), "interval": [round(low, 1), round(high, 1)]}


def _summary(ran: list[dict]) -> list[dict]:
    groups = defaultdict(list)
    for row in ran:
        groups[row["number_of_row"], row["level"], row["attack"], row["seconds"]].append(row)
    return [
        {
            "number": number,
            "level": level,
            "attack": attack,
            "seconds": seconds,
            "clips": len(group),
            **{name: _rate([row[name] for row in group]) for name in OUTCOMES},
            **{sex: _mean([100.0 * row["present"] for row in group if row["sex"] == sex]) for sex in "FM"},
            "wrong": sum(row["wrong"] for row in group),
            "worst_log10_p": max(row["log10_p"] for row in group),
            "must_fail": group[0]["must_fail"],
            "pesq_heard": _mean([row.get("pesq_heard") for row in group]),
        }
        for (number, level, attack, seconds), group in sorted(groups.items(), key=lambda item: item[0])
    ]


def _mean(values) -> float | None:
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 2) if known else None


def _quality(ran: list[dict]) -> list[dict]:
    result = []
    for real, speech in ((True, "human"), (False, "synthetic")):
        for seconds in sorted({row["seconds"] for row in ran if "pesq" in row}):
            group = [row for row in ran if "pesq" in row and row["real"] is real and row["seconds"] == seconds]
            if group:
                means = {name: _mean([row[name] for row in group]) for name in ("pesq", "visqol", "snr_db")}
                worst = min((row["pesq"] for row in group if row["pesq"] is not None), default=None)
                result.append({"speech": speech, "seconds": seconds, "clips": len(group), **means, "worst": worst})
    return result


def _groups(ran: list[dict]) -> list[dict]:
    """Return presence by sex, accent and source over all attacks that are claimed, level by level."""
    result = []
    for level in sorted({row["level"] for row in ran}):
        some = [row for row in ran if row["level"] == level and not row["must_fail"]]
        for what in ("sex", "accent", "source"):
            seen = gap((row[what], row["speaker"], row["present"]) for row in some)
            if seen:
                result.append({"level": level, "by": what, **seen})
    return result


def _text(figures: dict) -> str:
    parts = ["| speech | s | clips | PESQ-WB | worst | ViSQOL | SNR dB |", "|---|---|---|---|---|---|---|"]
    parts += [
        "| {speech} | {seconds:g} | {clips} | {pesq} | {worst} | {visqol} | {snr_db} |".format(**one)
        for one in figures["quality"]
    ]
    names = ("#", "attack", "level", "s", "clips", "present %", "id blind %", "id of 1,000,000 %")
    names += ("women", "men", "worst log10 p", "PESQ-WB after")
    parts += ["", "| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for one in figures["attacks"]:
        note = " (a find is a forgery, told by its content: see copies.py)" if one["must_fail"] else ""
        cells = [one["number"], one["attack"] + note, one["level"], f"{one['seconds']:g}", one["clips"]]
        cells += ["{rate:g} ({interval[0]:g} to {interval[1]:g})".format(**one[name]) for name in OUTCOMES]
        cells += [_known(one[name]) for name in ("F", "M", "worst_log10_p", "pesq_heard")]
        parts.append("| " + " | ".join(map(str, cells)) + " |")
    parts += [
        "",
        "| level | by | presence %, trials | largest gap, points | 95 %, by speakers |",
        "|---|---|---|---|---|",
    ]
    for one in figures["groups"]:
        rates = "; ".join(f"{name} {rate:g}, {one['trials'][name]}" for name, rate in one["rates"].items())
        interval = "{:g} to {:g}".format(*one["interval"])
        parts.append(f"| {one['level']} | {one['by']} | {rates} | {one['points']:g} | {interval} |")
    parts += ["", f"Ids named wrongly: {sum(one['wrong'] for one in figures['attacks'] if not one['must_fail'])}.", ""]
    parts += [f"Not run: {attack} ({why})." for attack, why in figures["not_run"].items()]
    return "\n".join(parts) + "\n"


def _known(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
