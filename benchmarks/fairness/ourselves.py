"""Sayso itself by group: what the watermark costs and whether it is found, what repair gains, who is refused.

    python benchmarks/fairness/ourselves.py [--speakers 12] [--out .bench/fairness-ourselves]

Real speech of SAYSO_SPEECH; first language and corpus are one here (English: LibriSpeech; Mandarin: speechocean762),
so a gap between them may be one of microphones. Of each speaker one clip of 4 s or more, its first 8 s. The file
``rows.jsonl`` keeps what was measured: run again, it goes on. The tables are what `sayso fairness judge` reads; real is
the clip as it was.

Metrics: ``ovrl`` DNSMOS of the marked clip beside the clip; ``detected`` the mark in the marked clip,
``detected_phone`` after 8 kHz and 8 bits (mu-law); ``sim_loss`` 1 - CAM++ cosine of marked and clip; ``benefit`` OVRL
gained by repair of the clip under noise of 5 dB; ``refused`` enrolment by the intake; ``verified`` CAM++ cosine of the
two halves.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import soxr

sys.path.insert(0, str(Path(__file__).parents[1] / "mark"))

from ours import embed, find, mark_of

from sayso.audio import check_speech, decode, speech_spans
from sayso.audio.quality import dnsmos
from sayso.audio.signal import Signal
from sayso.enrollment.intake import MIN_SPEECH_S
from sayso.errors import SaysoError
from sayso.models import cards
from sayso.restoration import restore
from sayso.voices.campplus import embed_voice

RATE, MARKED = 16_000, 24_000
SECONDS, LEAST = 8, 4  # of each clip: the corpora differ in length, and shorter clips verify worse
MODELS = ("dnsmos", "campplus", "hush-encoder", "hush-bands", "hush-filter", "silero-vad")


def chosen(folder, count):
    """Return a clip of ``count`` speakers of each sex and first language, by the digest of who speaks."""
    found, taken = [], set()
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row.get("sex") and row["source"].startswith(("speechocean", "LibriSpeech"))]
    for row in sorted(rows, key=lambda row: hashlib.sha256(row["path"].encode()).hexdigest()):
        group = (row["sex"], "Mandarin" if "speechocean" in row["source"] else "English")
        if row["duration_s"] < LEAST or row["speaker"] in taken or sum(one[1] == group for one in found) >= count:
            continue
        taken.add(row["speaker"])
        found.append((row, group))
    return sorted(found, key=lambda one: hashlib.sha256(one[0]["speaker"].encode()).hexdigest())


def measured(clip, noise, number):
    """Return the metrics of one clip: name, real, synthetic; real is None where the system alone has the metric."""
    voice = embed_voice(Signal.mono(clip, RATE))
    wide = soxr.resample(clip, RATE, MARKED).astype(np.float32)
    marked = embed(np.clip(wide, -1, 1), mark_of(number))
    narrow = soxr.resample(marked, MARKED, RATE).astype(np.float32)
    yield "ovrl", _ovrl(clip), _ovrl(narrow)
    yield "sim_loss", None, 1 - float(embed_voice(Signal.mono(narrow, RATE)) @ voice)
    yield "detected", None, float(find(Signal.mono(marked, MARKED)).present)
    yield "detected_phone", None, float(find(Signal.mono(_phone(marked), MARKED)).present)
    noisy = clip + noise * np.sqrt(np.mean(clip**2) / np.mean(noise**2) / 10**0.5)
    done = restore(Signal.mono(np.clip(noisy, -1, 1).astype(np.float32), RATE))
    yield "benefit", None, float(done.after.ovr - done.before.ovr)
    yield "refused", None, float(_refused(Signal.mono(clip, RATE)))
    half = clip.size // 2
    ends = [embed_voice(Signal.mono(part, RATE)) for part in (clip[:half], clip[half:])]
    yield "verified", None, float(ends[0] @ ends[1])


def _phone(samples):
    """Return the sound after a telephone: 8 kHz and mu-law of 8 bits (G.711)."""
    low = soxr.resample(samples, MARKED, 8_000)
    squeezed = np.round(127 * np.sign(low) * np.log1p(255 * np.abs(np.clip(low, -1, 1))) / np.log(256)) / 127
    heard = np.sign(squeezed) * (256 ** np.abs(squeezed) - 1) / 255
    return soxr.resample(heard, 8_000, MARKED).astype(np.float32)


def _ovrl(samples):
    return float(dnsmos(Signal.mono(samples, RATE)).ovr)


def _refused(signal):
    try:
        check_speech(signal)
    except SaysoError:
        return True
    return sum(stop - start for start, stop in speech_spans(signal)) / signal.sample_rate < MIN_SPEECH_S


def run(folder, count, out):
    out.mkdir(parents=True, exist_ok=True)
    kept = out / "rows.jsonl"
    done = {json.loads(line)["path"] for line in kept.read_text().splitlines()} if kept.exists() else set()
    noise = decode((folder / "noise/noise2.flac").read_bytes()).samples[0]
    (out / "versions.json").write_text(json.dumps(_versions(), indent=1))
    for number, (row, (sex, language)) in enumerate(chosen(folder, count)):
        if row["path"] in done:
            continue
        begun = time.process_time()
        sound = (folder / row["path"]).read_bytes()
        clip = decode(sound).samples[0][: SECONDS * RATE].astype(np.float32)
        metrics = list(measured(clip, np.resize(noise, clip.size), number))
        told = {"path": row["path"], "speaker": row["speaker"], "sex": sex, "language": language, "metrics": metrics}
        told |= {"digest": hashlib.sha256(sound).hexdigest(), "mark": number}
        with kept.open("a") as file:
            file.write(json.dumps(told) + "\n")
        print(number, sex, language, f"{time.process_time() - begun:.1f} s", flush=True)


def _versions():
    return {"sayso": version("sayso"), "models": {name: cards()[name].sha256 for name in MODELS}, "seed": 7}


def tables(out):
    """Write a table for each attribute: sex, first language, and both at once."""
    rows = [json.loads(line) for line in (out / "rows.jsonl").read_text().splitlines()]
    for name in ("sex", "language", "both"):
        with (out / f"{name}.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["speaker", "group", "metric", "value", "kind", "stratum"])
            for row in rows:
                group = f"{row['language']} {row['sex']}" if name == "both" else row[name]
                stratum = row["language"] if name == "sex" else ""
                for metric, real, synthetic in row["metrics"]:
                    table.writerow([row["speaker"], group, metric, synthetic, "synthetic", stratum])
                    if real is not None:
                        table.writerow([row["speaker"], group, metric, real, "real", stratum])


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--speakers", type=int, default=12, help="of each sex and first language")
    asked.add_argument("--out", type=Path, default=Path(".bench/fairness-ourselves"))
    told = asked.parse_args()
    run(Path(os.environ.get("SAYSO_SPEECH", "../shared/speech")), told.speakers, told.out)
    tables(told.out)


if __name__ == "__main__":
    main()
