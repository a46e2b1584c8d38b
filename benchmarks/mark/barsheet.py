"""The table of the bars, from their trials: Markdown and JSON."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from intervals import gap, wilson
from languages import SOURCE

NAMES = {"present": "presence", "id": "id read blind", "registry": "id"}
SPEEDS = {"embed": 50, "detect aligned": 200, "detect marked": 10, "detect unmarked": 10}
SEARCHES = {"detect marked": "whole search, marked sound", "detect unmarked": "whole search, unmarked sound"}
MEANS = {True: 4.50, False: 4.40}
WORST, VISQOL, GAP, COPIES = 4.1, 4.7, 1.0, 1000


def write(rows: list[dict], table, speed: dict, rivals: dict | None, out: Path) -> None:
    """Write bars.md and bars.json into ``out`` and print the table."""
    by_row = defaultdict(list)
    for row in rows:
        by_row[row["task"]["row"]].append(row)
    ran = [row for row in table if by_row[row.name]]
    sheet = [one for row in table for one in _figures(row, [t for t in by_row[row.name] if "not_run" not in t])]
    sheet += _quality(by_row["quality"]) + _speeds(speed) + _gaps(ran, by_row) + _beside(rivals)
    (out / "bars.json").write_text(json.dumps(sheet, indent=1))
    text = _text(sheet, _apart(ran, by_row), _copies(by_row["copied mark taken for ours"]))
    (out / "bars.md").write_text(text)
    print(text)


def _figures(row, done: list[dict]) -> list[dict]:
    """Return a line of the table for each outcome that the row asks for."""
    lines = []
    if not done:
        return [{"figure": row.name, "bar": bar, "measured": None, "verdict": "not run"} for bar in row.bars.values()]
    if "safe" in row.bars:
        return [_taken(row, done)]
    for what, bar in row.bars.items():
        hits, count = sum(one[what] for one in done), len(done)
        low, high = wilson(hits, count)
        rate = 100 * hits / max(count, 1)
        of_attack = {
            attack: _rate([one[what] for one in done if one.get("attack") == attack]) for attack in row.attacks
        }
        worst = min(of_attack.items(), key=lambda one: one[1]["rate"]) if len(row.attacks) > 1 else None
        lines.append(
            {
                "figure": row.name,
                "what": NAMES[what],
                "seconds": row.seconds,
                "bar": bar,
                "measured": round(rate, 2),
                "hits": hits,
                "trials": count,
                "interval": [round(low, 2), round(high, 2)],
                "worst_attack": worst,
                "attacks": of_attack,
                "wrong_ids": sum(one.get("wrong", False) for one in done),
                "verdict": _verdict(rate, bar, low),
            }
        )
    return lines


def _taken(row, done: list[dict]) -> dict:
    """Return how many copied marks were taken for ours: a count, and the share that so many trials leave possible."""
    counted = [one["safe"] for one in done if one["counted"]]
    taken, count = counted.count(False), len(counted)
    edges = [round(edge, 2) for edge in wilson(taken, count)]
    note = f"of {count}; 95 % interval in per cent"
    verdict = f"missed by {taken}" if taken else "met" if count >= COPIES else f"met; {COPIES - count} fewer were run"
    return {"figure": row.name, "bar": 0, "measured": taken, "interval": edges, "note": note, "verdict": verdict}


def _verdict(rate: float, bar: float, low: float) -> str:
    if rate < bar:
        return f"missed by {bar - rate:.2f} points"
    return "met; shown at 95 %" if low >= bar else "met"


def _rate(hits: list[bool]) -> dict:
    low, high = wilson(sum(hits), len(hits))
    rate = round(100 * float(np.mean(hits)), 2) if hits else 100.0
    return {"rate": rate, "trials": len(hits), "interval": [round(low, 2), round(high, 2)]}


def _quality(rows: list[dict]) -> list[dict]:
    lines = []
    for real, name in ((False, "synthetic speech"), (True, "human speech")):
        group = [row for row in rows if row["real"] is real]
        rated = [row["pesq"] for row in group if row["pesq"] is not None]
        if not rated:
            continue
        unrated = f", {len(group) - len(rated)} not rated for want of speech" if len(rated) < len(group) else ""
        lines += [
            _plain(f"PESQ-WB mean, {name}", MEANS[real], np.mean(rated), f"{len(rated)} clips{unrated}"),
            _plain(
                f"PESQ-WB worst clip, {name}", WORST, min(rated), f"5 % of clips below {np.percentile(rated, 5):.2f}"
            ),
            _plain(f"SNR in dB, {name}", None, np.mean([row["snr_db"] for row in group]), f"{len(group)} clips"),
        ]
        for field, what in (
            ("visqol", "ViSQOL speech"),
            ("lattice", "ViSQOL speech, lattice map (itself: 4.1 to 4.2)"),
        ):
            seen = [row[field] for row in group if row.get(field) is not None]
            if seen:
                bar = VISQOL if field == "visqol" else None
                lines.append(_plain(f"{what}, {name}", bar, np.mean(seen), f"{len(seen)} clips, worst {min(seen):.2f}"))
    return lines


def _speeds(speed: dict) -> list[dict]:
    note = "one core, processor time, clips of 5 s"
    return [
        _plain(f"times real time, {SEARCHES.get(name, name)}", SPEEDS[name], value, note)
        for name, value in speed.items()
    ]


def _plain(figure: str, bar: float | None, value: float, note: str) -> dict:
    verdict = "reported" if bar is None else "met" if value >= bar else f"missed by {bar - value:.2f}"
    return {"figure": figure, "bar": bar, "measured": round(float(value), 2), "note": note, "verdict": verdict}


def _gaps(table, by_row) -> list[dict]:
    """Return the gaps over all trials of all rows, each judged by its row's first outcome."""
    outcomes = []
    for row in table:
        if row.bars and "safe" not in row.bars:
            first = next(iter(row.bars))
            outcomes += [(one, one[first]) for one in by_row[row.name] if "not_run" not in one]
    lines = []
    named = [(one, one["registry"]) for one, _ in outcomes]
    for name, group, what in (
        ("women and men", lambda one: one["sex"], outcomes),
        ("women and men, human speech", lambda one: one["sex"] if one["real"] else None, outcomes),
        ("languages", lambda one: one["accent"] if one["source"] == SOURCE else None, outcomes),
        ("languages, id of 1,000,000", lambda one: one["accent"] if one["source"] == SOURCE else None, named),
        ("accents", lambda one: one["accent"] if one["source"] != SOURCE else None, outcomes),
        ("sources", lambda one: one["source"], outcomes),
    ):
        seen = gap((group(one), one["speaker"], hit) for one, hit in what if group(one) is not None)
        if seen is None:
            continue
        over = f"{seen['between'][0]} over {seen['between'][1]}" if seen["points"] else "none"
        of_group = "; ".join(f"{who} {rate:.2f} % of {seen['trials'][who]}" for who, rate in seen["rates"].items())
        verdict = "met" if seen["points"] <= GAP else f"missed by {seen['points'] - GAP:.2f}"
        lines.append(
            {
                "figure": f"gap between {name}, points",
                "bar": -GAP,
                "measured": seen["points"],
                "interval": seen["interval"],
                "note": f"{over}; {of_group}; interval by speakers",
                "verdict": verdict,
            }
        )
    return lines


def _beside(rivals: dict | None) -> list[dict]:
    lines = []
    for name, rival in (rivals or {}).get("beside", {}).items():
        behind = [one["attack"] for one in rival["attacks"] if one["ours"] < one["theirs"]]
        note = f"{len(rival['attacks'])} attacks; behind on: {', '.join(behind) or 'none'}"
        note += f"; PESQ-WB ours {rival['pesq_ours']:.2f}, theirs {rival['pesq_theirs']:.2f}"
        verdict = "met" if not behind and rival["pesq_ours"] > rival["pesq_theirs"] else "missed"
        figure = {"figure": f"attacks on which {name} has a better rate", "bar": 0, "measured": len(behind)}
        lines.append({**figure, "note": note, "verdict": verdict})
    return lines


def _apart(table, by_row) -> list[str]:
    """Return the attacks of rows that hold several, each by itself."""
    lines = ["| attack | s | trials | presence % | id blind % | id of 1,000,000 % |", "|---|---|---|---|---|---|"]
    for row in table:
        for attack in row.attacks if len(row.attacks) > 1 else ():
            group = [one for one in by_row[row.name] if one["attack"] == attack and "not_run" not in one]
            cells = [_cell([one[what] for one in group]) for what in ("present", "id", "registry")] if group else []
            lines += [f"| {attack} | {row.seconds:g} | {len(group)} | " + " | ".join(cells) + " |"] if group else []
    missing = sorted(
        {
            (one["attack"], one["not_run"])
            for rows in by_row.values()
            for one in rows
            if "not_run" in one and "attack" in one
        }
    )
    return lines + [f"\nNot run: {attack} ({why})." for attack, why in missing]


def _cell(hits: list[bool]) -> str:
    one = _rate(hits)
    return "{rate:g} ({interval[0]:.1f} to {interval[1]:.1f})".format(**one)


def _copies(rows: list[dict]) -> list[str]:
    """Return how copied marks were judged, by way of copying, and that the same judge knows the mark's own clip."""
    done = [row for row in rows if "not_run" not in row]
    if not done:
        return []
    lines = ["| copied mark | trials | mark found | id known | content other | content unknown | taken for ours |"]
    lines.append("|---|---|---|---|---|---|---|")
    for way in sorted({row["way"] for row in done}):
        group = [row for row in done if row["way"] == way]
        content = Counter(row["copy_content"] for row in group if row["copy_known"])
        seen = sum(row["copy_present"] for row in group), sum(row["copy_known"] for row in group)
        taken = sum(not row["safe"] for row in group)
        lines.append(
            f"| {way} | {len(group)} | {seen[0]} | {seen[1]} | {content['other']} | {content['unknown']} | {taken} |"
        )
    own = sum(row["own_verdict"] == "ours" for row in done)
    return [*lines, "", f"The marked clips themselves, judged the same way: {own} of {len(done)} ours."]


def _text(sheet: list[dict], apart: list[str], copied: list[str]) -> str:
    lines = ["| figure | bar | measured | 95 % interval | trials | verdict |", "|---|---|---|---|---|---|"]
    for one in sheet:
        name = one["figure"] + (f": {one['what']}, {one['seconds']:g} s" if "what" in one else "")
        bar = "" if one["bar"] is None else f"<= {abs(one['bar']):g}" if one["bar"] <= 0 else f">= {one['bar']:g}"
        interval = "{:g} to {:g}".format(*one["interval"]) if "interval" in one else ""
        note = one.get("note", "")
        if one.get("worst_attack"):
            attack, rate = one["worst_attack"]
            note = f"worst: {attack} {rate['rate']:g} % of {rate['trials']}"
        trials = f"{one['hits']} of {one['trials']}" if "trials" in one else ""
        measured = "" if one["measured"] is None else f"{one['measured']:g}"
        cells = (name, bar, measured, interval, "; ".join(filter(None, (trials, note))), one["verdict"])
        lines.append("| " + " | ".join(cells) + " |")
    of_row = {one["figure"]: (one["wrong_ids"], one["trials"]) for one in sheet if "trials" in one}
    wrong, tried = (sum(column) for column in zip(*of_row.values(), strict=True)) if of_row else (0, 0)
    lines += ["", f"Ids named wrongly: {wrong or 'none'} in {tried} trials.", "", *apart, "", *copied]
    return "\n".join(lines) + "\n"
