"""The table of ours beside the rivals, attack by attack: Markdown and JSON."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from intervals import wilson

OWN_THRESHOLD = 0.5
PAYLOAD = {"perth": "none", "aware": "20 bits", "ours": "64 bits and 16 of checksum"}


def write(rows: list[dict], not_run: dict[str, str], out: Path) -> None:
    """Write rivals.md and rivals.json into ``out`` and print the table."""
    ran = [row for row in rows if "not_run" not in row]
    missing = dict(not_run) | {row["rival"]: row["not_run"] for row in rows if "not_run" in row and "attack" not in row}
    skipped = {row["attack"]: row["not_run"] for row in rows if "not_run" in row and "attack" in row}
    names = sorted({row["rival"] for row in ran} - {"ours"})
    quality = {name: _quality([row for row in ran if row["rival"] == name]) for name in ("ours", *names)}
    beside = {name: _beside(name, ran, quality) for name in names}
    figures = {"quality": quality, "beside": beside, "not_run": missing, "attacks_not_run": skipped}
    (out / "rivals.json").write_text(json.dumps(figures, indent=1))
    text = _text(figures)
    (out / "rivals.md").write_text(text)
    print(text)


def _quality(rows: list[dict]) -> dict:
    heard = [row for row in rows if row.get("pesq") is not None]
    figures = {"clips": len(heard)}
    if heard:
        rated = [row["pesq"] for row in heard]
        figures |= {"pesq": round(float(np.mean(rated)), 3), "pesq_worst": min(rated)}
        figures["snr_db"] = round(float(np.mean([row["snr_db"] for row in heard])), 1)
        seen = [row["visqol"] for row in heard if row["visqol"] is not None]
        figures["visqol"] = round(float(np.mean(seen)), 3) if seen else None
    return figures


def _beside(name: str, ran: list[dict], quality: dict) -> dict:
    """Return the thresholds of a rival, its false alarms, and each attack beside ours on the same clips."""
    of_rival = [row for row in ran if row["rival"] == name]
    clean = np.array([row["unmarked"] for row in of_rival if "unmarked" in row and "attack" not in row])
    at_1 = float(np.quantile(clean, 0.99)) if clean.size else OWN_THRESHOLD
    none_of_n = float(clean.max(initial=OWN_THRESHOLD))
    own = defaultdict(dict)
    for row in ran:
        if "attack" in row:
            own[row["attack"], row["rival"]][row["task"]["number"]] = row
    attacks = []
    for attack in dict.fromkeys(row["attack"] for row in of_rival if "attack" in row):
        pairs = [(own[attack, "ours"][k], row) for k, row in own[attack, name].items() if k in own[attack, "ours"]]
        if pairs:
            attacks.append(_attack(attack, pairs, at_1, none_of_n))
    both = [row["task"]["number"] for row in of_rival if row.get("pesq") is not None]
    same = [row for row in ran if row["rival"] == "ours" and row["task"]["number"] in both and "attack" not in row]
    return {
        "negatives": int(clean.size),
        "false_alarms_own": round(100 * float(np.mean(clean >= OWN_THRESHOLD)), 2) if clean.size else None,
        "largest_unmarked": round(none_of_n, 4),
        "threshold_1_percent": round(at_1, 4),
        "pesq_ours": _quality(same).get("pesq", float("nan")),
        "pesq_theirs": quality[name].get("pesq", float("nan")),
        "attacks": attacks,
    }


def _attack(attack: str, pairs: list[tuple[dict, dict]], at_1: float, none_of_n: float) -> dict:
    scores = np.array([row["score"] for _, row in pairs])
    bare = np.array([row["unmarked"] for _, row in pairs])
    ours = [one["present"] for one, _ in pairs]
    ids = [row["id"] for _, row in pairs if "id" in row]
    return {
        "attack": attack,
        "clips": len(pairs),
        "ours": _percent(ours),
        "interval": [round(edge, 1) for edge in wilson(sum(ours), len(ours))],
        "our_id": _percent([one["registry"] for one, _ in pairs]),
        "theirs": _percent(scores >= OWN_THRESHOLD),
        "theirs_false": _percent(bare >= OWN_THRESHOLD),
        "theirs_at_1_percent": _percent(scores > at_1),
        "theirs_at_none": _percent(scores > none_of_n),
        "their_id": _percent(ids) if ids else None,
    }


def _percent(hits) -> float:
    return round(100 * float(np.mean(hits)), 1)


def _text(figures: dict) -> str:
    lines = ["| mark | clips | PESQ-WB | worst | ViSQOL | SNR dB | payload |", "|---|---|---|---|---|---|---|"]
    for name, one in figures["quality"].items():
        cells = [one.get(what, "") for what in ("clips", "pesq", "pesq_worst", "visqol", "snr_db")]
        lines.append(f"| {name} | " + " | ".join(map(str, cells)) + f" | {PAYLOAD[name]} |")
    for name, one in figures["beside"].items():
        count = one["negatives"]
        shown = f"so many show a rate of at most {300 / count:.2f} %" if count else "none was run"
        largest, at_1 = one["largest_unmarked"], one["threshold_1_percent"]
        head = ("attack", "clips", "ours %", "our id %", f"{name}, own 0.5", "it finds unmarked")
        head += ("at 1 %", f"at none of {count}", "its id")
        lines.append(f"\n{name}: of {count} unmarked clips {one['false_alarms_own']} % reach its own threshold of 0.5;")
        lines.append(f"1 % exceed {at_1}, and none {largest}: {shown}, at 95 %. Ours is at 1e-6 a file.\n")
        lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        for row in one["attacks"]:
            rate = "{ours:g} ({interval[0]:g} to {interval[1]:g})".format(**row)
            rest = [row[what] for what in ("our_id", "theirs", "theirs_false", "theirs_at_1_percent", "theirs_at_none")]
            cells = [row["attack"], row["clips"], rate, *rest, "" if row["their_id"] is None else row["their_id"]]
            lines.append("| " + " | ".join(map(str, cells)) + " |")
        behind = [row["attack"] for row in one["attacks"] if row["ours"] < row["theirs"]]
        still = [row["attack"] for row in one["attacks"] if max(row["ours"], row["our_id"]) < row["theirs"]]
        lines += ["", f"{name} has the better rate, by its own threshold, on: {', '.join(behind) or 'no attack'};"]
        lines += [f"and where ours is found by who holds the issued ids: {', '.join(still) or 'no attack'}."]
    lines += ["", "Not compared: collusion, marks over marks, copied marks, queries (about keys and ids)."]
    lines += [*(f"Not run: {name} ({why})." for name, why in figures["not_run"].items())]
    lines += [f"Not run: {name} ({why})." for name, why in figures["attacks_not_run"].items()]
    return "\n".join(lines) + "\n"
