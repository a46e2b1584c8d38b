"""Memory and time of the driver alone, on corpora of any length whose worklogs are made up.

    python benchmarks/corpus/driver.py --hours 1 10 100 [--minutes 40] [--json FILE]

Recordings of two minutes are listed in a manifest and do not exist. Their worklogs say that all of them are measured
and cleaned: what was measured of real speech, with the signs of the prints in another order, so that no recording
repeats another, and embeddings of chance. The run then lists, reads the worklogs, looks for duplicates, puts the rows
in order and publishes; no worker is started. One recording in fifty is a changed copy of an earlier one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.corpus.corpus import BASIS, raw
from benchmarks.corpus.rivals import Tree

from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.prints import Print
from sayso.corpus.row import segment_id
from sayso.corpus.sources import items_of
from sayso.corpus.stages import Clean, MeasureStage
from sayso.corpus.worklog import records

PROGRAM = """
import json, resource, sys, time
from pathlib import Path
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.running import CorpusRun
done = CorpusRun(CorpusFolder.named(Path(sys.argv[1]), "c"), wanted=Cleaning(scores=True)).run()
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
told = {"kept": done.kept, "duplicates": done.duplicates, "worked_s": done.worked_s, "driver_rss_mb": most}
print(json.dumps(told | {"speech_hours": done.hours, "cpu_s": round(time.process_time(), 1)}))
"""
COPIES = 50


def pool(minutes: float) -> list[list[list[dict[str, Any]]]]:
    """Return what is measured of real recordings: of each its parts, of each their segments."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, work = Path(scratch, "raw"), Path(scratch, "work")
        folder.mkdir()
        raw(folder, minutes)
        stage = MeasureStage(work)
        for number, item in enumerate(items_of(str(folder))):
            stage(json.dumps({"unit": f"1:{number}", "options": {}, "cut": "", **item.record()}))
        found = {one["key"]: one for one in records(stage.worklog)}
    wholes = [one for key, one in sorted(found.items()) if len(key) == 64]
    return [[found[f"{one['key']}:{number}"]["segments"] for number in range(one["parts"])] for one in wholes]


def turned(each: dict[str, Any], turn: int, rng: np.random.Generator, *, is_copy: bool) -> dict[str, Any]:
    """Return a segment with its signs in another order, and half of them turned; another of both for each ``turn``."""
    told, fixed = Print.decode(each["print"]), np.random.default_rng([15, turn])
    order, mask = fixed.permutation(16), np.uint16(fixed.integers(0, 1 << 16))
    words, unsure = (_ordered(part, order) for part in (told.words, told.unsure))
    words = words ^ mask
    if is_copy:
        words = words ^ np.where(rng.random(words.size) < 0.3, np.uint16(1) << np.uint16(5), np.uint16(0))
    content = hashlib.sha256(f"{each['content']} {turn} {is_copy}".encode()).hexdigest()
    return {**each, "content": content, "print": Print(words, unsure, told.loud).encode()}


def _ordered(words: np.ndarray, order: np.ndarray) -> np.ndarray:
    bits = np.unpackbits(words.astype(">u2").view(np.uint8).reshape(-1, 2), axis=1)[:, order]
    return np.ascontiguousarray(np.packbits(bits, axis=1)).view(">u2").reshape(-1).astype(np.uint16)


def filled(corpus: CorpusFolder, hours: float, measured: list[Any], scratch: Path) -> int:
    """List made-up recordings and put down that all is done; return how many copies there are."""
    count, rng = round(hours * 30), np.random.default_rng(15)
    manifest = scratch / "manifest.jsonl"
    names = ((f"s3://none/{number:07d}.flac", f"{number // 10}") for number in range(count))
    put(manifest, ({"audio_filepath": name, "duration": 120.0, "speaker": who} for name, who in names))
    corpus.add(str(manifest), BASIS, {})
    stages = MeasureStage(corpus.work), Clean(corpus.work, corpus.sounds, Cleaning(scores=True))
    for stage in stages:
        stage.worklog.mkdir(parents=True)
    copies = 0
    for number, item in enumerate(items_of(str(manifest))):
        is_copy = number % COPIES == COPIES - 1
        turn, place = divmod(number - (number % 1_000) // 2 if is_copy else number, len(measured))
        digest = hashlib.sha256(f"{number}".encode()).hexdigest()
        parts = [[turned(each, turn, rng, is_copy=is_copy) for each in part] for part in measured[place]]
        copies += is_copy * sum(map(len, parts))
        put(stages[0].worklog / f"{number:07d}.jsonl", _measures(item.stamp, digest, parts))
        put(stages[1].worklog / f"{number:07d}.jsonl", (_cleaned(digest, each, rng) for part in parts for each in part))
    return copies


def put(path: Path, lines: Any) -> None:
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))


def _measures(stamp: str, digest: str, parts: list[Any]) -> Any:
    yield {"key": f"stamp:{stamp}", "digest": digest}
    for number, segments in enumerate(parts):
        yield {"key": f"{digest}:{number}", "segments": segments}
    yield {"key": digest, "parts": len(parts), "seconds": 120.0, "reason": ""}


def _cleaned(digest: str, each: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    voice = rng.standard_normal(192)
    told = {"decision": "kept", "reasons": [], "ovrl": 3.1, "audio": "", "text": "words that somebody said " * 3}
    embedding = [round(float(value), 6) for value in voice / np.linalg.norm(voice)]
    return {"key": segment_id(digest, each["start"] / 1000, each["end"] / 1000), **told, "embedding": embedding}


def measured(hours: float, found: list[Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        corpus = CorpusFolder.created(Path(scratch, "home"), "c")
        copies = filled(corpus, hours, found, Path(scratch))
        tree, begun = Tree(), time.monotonic()
        command = [sys.executable, "-c", PROGRAM, str(corpus.path.parent)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"LANCE_LOG": "error"})
        while process.poll() is None:
            tree.look()
            time.sleep(0.3)
        told = json.loads(process.stdout.read().splitlines()[-1])
        wall = round(time.monotonic() - begun, 1)
    return {"hours": hours, "all_mb": round(tree.most_mb), "segments of copies": copies, **told, "wall_s": wall}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--hours", type=float, nargs="+", default=[1.0, 10.0, 100.0])
    options.add_argument("--minutes", type=float, default=40.0)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    heard, found = pool(asked.minutes), []
    for hours in asked.hours:
        found.append(measured(hours, heard))
        print(json.dumps(found[-1]), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
