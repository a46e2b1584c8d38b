"""How well a clip without its mark is found among many by its content, how often chance finds one, and what it costs.

    python benchmarks/mark/finding.py --clips 40 --among 100000 --out .bench/finding.json

- calibration: how unrelated speech agrees at every place of every other clip (what `finding.log10_chance` stands on);
- recall through attacks, of whole clips and of 3 s of them, among invented fingerprints as smooth in time as real ones;
- false finds: of as many clips that are not in the index;
- seconds of a look-up, of building the index in memory, and of reading it from sealed rows (--sealed).

Real speech is read from the folder in SAYSO_SPEECH (default ../shared/speech).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from attacks import ATTACKS, NotRun
from clips import RATE_HZ, real

from sayso.audio.signal import Signal
from sayso.fingerprint import Fingerprint, Index, features_of, find
from sayso.fingerprint.features import BITS
from sayso.fingerprint.finding import WINDOW_ROWS, log10_chance
from sayso.fingerprint.matching import _slid

WAYS = (
    "none", "codec mp3 64", "codec mp3 32", "codec opus 24", "codec opus 12", "podcast mp3 64, aac 64, opus 24",
    "telephone", "white noise 20", "white noise 10", "equaliser 6", "low-pass 3500", "room 0.3 6",
    "dynamics compress -24", "speed 1.01", "pitch 1 -10", "stretch 1.02 0", "re-recorded m 1",
)  # fmt: skip
ROWS = 312  # 10 s
FIRST = 1_000_000  # numbers of invented fingerprints begin here


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--among", type=int, default=100_000)
    parser.add_argument("--sealed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    clips = [clip.samples for clip in real(2 * options.clips, 10.0)]
    known, strange = clips[::2], clips[1::2]
    prints = [Fingerprint.from_features(features_of(Signal.mono(samples, RATE_HZ))) for samples in known]
    report = {"calibration": calibration([*known, *strange])}
    index = Index()
    started = time.perf_counter()
    for start in range(0, options.among, 5_000):
        index.add([(FIRST + start + place, one.encode()) for place, one in enumerate(invented(start, 5_000))])
    index.add([(number, one.encode()) for number, one in enumerate(prints)])
    report["index"] = {"fingerprints": len(index), "build_s": time.perf_counter() - started}
    report["recall"] = {}
    for name in WAYS:
        try:
            report["recall"][name] = recall(index, ATTACKS[name], known, strange)
        except NotRun as error:
            print(f"{name:<32} not run: {error}", flush=True)
    if options.sealed:
        report["sealed"] = sealed(options.sealed)
        print("sealed", report["sealed"], flush=True)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(report, indent=2))


def recall(index, attack, known, strange) -> dict[str, float]:
    """Return how many are found whole and by 3 s, how many strangers are taken for ours, and the time of a look-up."""
    whole = short = false = 0
    spent, surest = [], []
    for number, samples in enumerate(known):
        heard = features_of(Signal.mono(attack.change(samples), RATE_HZ))
        started = time.perf_counter()
        found = find(index, heard)
        spent.append(time.perf_counter() - started)
        whole += bool(found) and found[0].number == number
        surest.append(found[0].log10_p if found else 0.0)
        middle = heard.rows(slice(100, 100 + WINDOW_ROWS))
        piece = find(index, middle)
        short += bool(piece) and piece[0].number == number
        false += sum(one.number != number for one in found)
    for samples in strange:
        false += len(find(index, features_of(Signal.mono(attack.change(samples), RATE_HZ))))
    row = {
        "found of 10 s": whole / len(known),
        "found of 3 s": short / len(known),
        "false finds": false,
        "looked up": 2 * len(known) + len(strange),
        "median log10 p": float(np.median(surest)),
        "look-up median s": float(np.median(spent)),
        "look-up max s": max(spent),
    }
    print(f"{attack.name:<32}", "  ".join(f"{what} {value:.3g}" for what, value in row.items()), flush=True)
    return row


def calibration(clips) -> dict[str, float]:
    """Return what share of the places of other speech agrees with 3 s so that `log10_chance` says 1e-q or less."""
    prints = [Fingerprint.from_features(features_of(Signal.mono(samples, RATE_HZ))) for samples in clips]
    values = []
    for number, samples in enumerate(clips):
        heard = features_of(Signal.mono(samples, RATE_HZ))
        part = np.clip(heard.soft[50 : 50 + WINDOW_ROWS], -1.5, 1.5)
        for other, one in enumerate(prints):
            if other != number:
                values.append(_agreements(part, one))
    seen = np.concatenate(values)
    said = np.array([log10_chance(value, WINDOW_ROWS) for value in seen])
    row = {"places": float(seen.size), "deviation * sqrt(rows)": float(seen.std() * WINDOW_ROWS**0.5)}
    row |= {f"agreement at 1 in 1e{q}": float(np.quantile(seen, 1 - 10.0**-q)) for q in (3, 4, 5, 6)}
    row["agreement at most"] = float(seen.max())
    row |= {f"share said to be 1e-{q} or less": float(np.mean(said <= -q)) for q in (3, 4, 5, 6)}
    print("calibration ", "  ".join(f"{what} {value:.3g}" for what, value in row.items()), flush=True)
    return row


def _agreements(part, one) -> np.ndarray:
    signs = (one.signs * one.active[:, None]).astype(np.float32)
    places = len(signs) - len(part) + 1
    agree = _slid(signs, part, 1024)[:places]
    weight = _slid(np.repeat(one.active[:, None], BITS, axis=1).astype(np.float32), np.abs(part), 1024)[:places]
    whole = float(np.abs(part).sum())
    return (agree / np.maximum(weight, 0.6 * whole))[weight > 0.6 * whole]


def invented(seed: int, count: int) -> list[Fingerprint]:
    """Return fingerprints of nothing, as smooth in time as those of frames that overlap by seven eighths."""
    rng = np.random.default_rng(seed)
    white = rng.standard_normal((count, ROWS + 12, BITS + 1), dtype=np.float32)
    smooth = sum(weight * white[:, at : at + ROWS + 4] for at, weight in enumerate(np.hanning(10)[1:-1]))
    balance = np.diff(smooth, axis=2)
    signs = np.where(balance[:, 4:] > balance[:, :-4], 1, -1).astype(np.int8)
    return [Fingerprint(one, np.ones(ROWS, dtype=np.bool_)) for one in signs]


def sealed(count: int) -> dict[str, float]:
    """Return how long a process takes that finds ``count`` sealed fingerprints and looks one sound up."""
    from sayso.fingerprint import store
    from sayso.ids import ClipId, SpeakerId, new_id
    from sayso.settings import Settings
    from sayso.workflows.installation.session import open_session
    from sayso.workflows.provenance.content import field_of
    from sayso.workflows.provenance.recognising import ContentFinder

    with tempfile.TemporaryDirectory() as folder:
        session = open_session(Settings(home=Path(folder) / "home"))
        speaker = SpeakerId(new_id("speaker"))
        session.vault.create_subject(speaker)
        plain = invented(0, 1)[0].encode()
        with session.act() as tx:
            for number in range(count):
                clip = ClipId(f"clp_{number:016d}")
                field = session.vault.seal_field(plain, speaker, field=field_of(clip))
                store.insert_fingerprint(tx, clip, speaker=speaker, sealed=field)
        finder = ContentFinder(session)
        started = time.perf_counter()
        finder.follow()
        return {"fingerprints": count, "read_s": time.perf_counter() - started}


if __name__ == "__main__":
    main()
