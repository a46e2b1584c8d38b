"""The table of a run: each bar, what was measured over the speakers that are there, and whether it is met."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

_DRAWS = 2_000


def table(out: Path) -> None:
    """Print the bars for each effort whose rows are in ``out``, and keep the figures in summary.json."""
    found = [json.loads(file.read_text()) for file in sorted(out.glob("*-*.json"))]
    by_effort = {
        effort: [row for row in found if row["effort"] == effort] for effort in ("search", "fast", "best", "studio")
    }
    summary = {}
    for effort, rows in by_effort.items():
        if not rows:
            continue
        summary[effort] = figures(rows, {row["speaker"]: row for row in by_effort["search"]})
        print(f"== {effort}, {len(rows)} speakers")
        for name, value in summary[effort].items():
            print(f"{name:42} {value}")
    (out / "summary.json").write_text(json.dumps(summary, indent=1))


def figures(rows: list[dict], searched: dict[str, dict]) -> dict[str, object]:
    """Return the figures of one effort."""

    def column(name: str) -> np.ndarray:
        return np.array([row[name] for row in rows if row.get(name) is not None], float)

    def spread(name: str) -> str:
        values = column(name)
        return f"median {np.median(values):.3f}, {values.min():.3f} to {values.max():.3f}" if len(values) else "not run"

    found: dict[str, object] = {"CAM++": spread("campplus"), "CAM++, real recordings": spread("campplus_real")}
    for judge in ("campplus", "ge2e", "dvector"):
        ranks = column(f"{judge}_rank")
        found[f"rank 1 by {judge}"] = (
            f"{int((ranks == 1).sum())} of {len(ranks)}; others {sorted(ranks[ranks > 1].astype(int).tolist())}"
        )
    found |= {name: spread(name) for name in ("ge2e", "dvector", "dvector_real")}
    pairs = [
        (row["dvector"], searched[row["speaker"]]["dvector"])
        for row in rows
        if row["speaker"] in searched and "dvector" in row
    ]
    if pairs:
        found["d-vector beside the search alone, median"] = (
            f"{np.median([one - other for one, other in pairs]):+.3f} of {len(pairs)}"
        )
    found["told less outside, largest"] = f"{np.abs(column('told') - column('campplus')).max():.3f}"
    for name in ("pitch", "pitch_real", "formants", "formants_real", "spectrum", "spectrum_real"):
        values = np.abs(column(name))
        found[name] = f"median {np.median(values):.2f}, worst {values.max():.2f}"
    natural, beside = column("dnsmos"), column("dnsmos") - column("stock_dnsmos")
    found["DNSMOS"] = f"mean {natural.mean():.2f}; beside stock mean {beside.mean():+.2f}, worst {beside.min():+.2f}"
    if len(column("distillmos")):
        heard, aside = column("distillmos"), column("distillmos") - column("stock_distillmos")
        found["DistillMOS"] = (
            f"mean {heard.mean():.2f}; beside stock mean {aside.mean():+.2f}, worst {aside.min():+.2f}"
        )
    found["words wrong, clone and stock"] = f"{_share(rows, 'words')}; {_share(rows, 'stock_words')}"
    found["CAM++ after telephone"] = spread("campplus_phone")
    for group, name in (("sex", "women less men"), ("native", "native less not")):
        found[f"gap, {name}"] = _gap(rows, group, "F" if group == "sex" else True)
    found["PESQ of the mark"] = spread("pesq")
    found["id after Opus 16; telephone"] = f"{_share(rows, 'mark_opus')}; {_share(rows, 'mark_telephone')}"
    found["seconds by the clock"] = spread("seconds")
    found["seconds of processor"] = spread("cpu")
    found["gigabytes"] = spread("gigabytes")
    found["render beside one style"] = spread("render")
    return found


def _share(rows: list[dict], name: str) -> str:
    pairs = [row[name] for row in rows if row.get(name)]
    part, whole = (sum(pair[at] for pair in pairs) for at in (0, 1)) if pairs else (0, 0)
    return f"{part} of {whole}, {100 * part / whole:.1f} %" if whole else "not run"


def _gap(rows: list[dict], group: str, first: object) -> str:
    """Return the difference of the groups' mean CAM++, each over its real recordings', with a bootstrap interval."""
    sides = [
        [row["campplus"] / row["campplus_real"] for row in rows if (row[group] == first) is side]
        for side in (True, False)
    ]
    if not all(sides):
        return "not run"
    random = np.random.default_rng(0)
    drawn = [
        np.mean(random.choice(sides[0], len(sides[0]))) - np.mean(random.choice(sides[1], len(sides[1])))
        for _ in range(_DRAWS)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return f"{np.mean(sides[0]) - np.mean(sides[1]):+.3f}, 95 % {low:+.3f} to {high:+.3f}"
