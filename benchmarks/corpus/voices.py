"""The nearest 100 of 10^5 and 10^6 voices: all compared, and by the indices of Lance; how many of them are the same.

    python benchmarks/corpus/voices.py --voices 100000 1000000 [--json FILE]

Voices are drawn at random from a normal distribution with the mean and the covariance of real ones (CAM++, the speakers
at hand, what they have too few of shrunk to the diagonal), in files of 1,024 as a catalogue has them. What is asked for
is one of them as another recording of it sounds: moved by what two clips of one speaker differ by.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import lance
import numpy as np
import pyarrow as pa
from benchmarks.corpus.corpus import clips, sound

from sayso.corpus.condition import Condition
from sayso.corpus.voiceprints import VOICE_ROWS, nearest_voices, voice_schema
from sayso.voices.campplus import embed_voice

KINDS = {"IVF_SQ": {}, "IVF_FLAT": {}, "IVF_PQ": {"num_sub_vectors": 96}, "IVF_HNSW_SQ": {}}
PROBES = (8, 16, 32, 64)
COUNT = 100
QUERIES = 30


def population(kept: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return embeddings of clips and the number of each one's speaker."""
    if kept.exists():
        held = np.load(kept)
        return held["embeddings"], held["speakers"]
    found = defaultdict(list)
    for row in clips("librispeech") + clips("speechocean762") + clips("vctk"):
        if len(found[row["speaker"]]) < 4:
            found[row["speaker"]].append(np.asarray(embed_voice(sound(row)), "f4"))
    embeddings = np.array([one for each in found.values() for one in each])
    speakers = np.repeat(np.arange(len(found)), [len(each) for each in found.values()])
    np.savez(kept, embeddings=embeddings, speakers=speakers)
    return embeddings, speakers


def drawn(kept: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ``count`` voices and `QUERIES` embeddings to look for."""
    embeddings, speakers = population(kept)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    middles = np.array([embeddings[speakers == one].mean(axis=0) for one in range(speakers.max() + 1)])
    between = np.cov(middles.T)
    between = 0.9 * between + 0.1 * np.diag(np.diag(between))
    root = np.linalg.cholesky(between + 1e-9 * np.eye(len(between))).T.astype("f4")
    rng = np.random.default_rng(5)
    voices = np.empty((count, root.shape[0]), "f4")
    for at in range(0, count, 50_000):
        size = min(50_000, count - at)
        voices[at : at + size] = rng.standard_normal((size, root.shape[0]), dtype="f4") @ root + middles.mean(axis=0)
    voices /= np.linalg.norm(voices, axis=1, keepdims=True)
    apart = embeddings - middles[speakers]
    asked = voices[rng.integers(0, count, QUERIES)] + apart[rng.integers(0, len(apart), QUERIES)]
    return voices, asked / np.linalg.norm(asked, axis=1, keepdims=True)


def dataset(folder: Path, voices: np.ndarray) -> lance.LanceDataset:
    schema = voice_schema(voices.shape[1])
    plain = {"rows": 10, "segments": 10, "seconds": 80.0}

    def batches():
        for at in range(0, len(voices), VOICE_ROWS):
            part = voices[at : at + VOICE_ROWS]
            told = [pa.array([f"ext_{at + n:07d}" for n in range(len(part))])]
            rest = list(schema)[1:-1]
            told += [pa.repeat(pa.scalar(plain.get(one.name, ""), one.type), len(part)) for one in rest]
            told.append(pa.FixedSizeListArray.from_arrays(pa.array(part.ravel()), voices.shape[1]))
            yield pa.record_batch(told, schema=schema)

    reader = pa.RecordBatchReader.from_batches(schema, batches())
    return lance.write_dataset(reader, str(folder), max_rows_per_file=VOICE_ROWS)


def timed(ask, asked: np.ndarray) -> tuple[list[set[str]], dict[str, float]]:
    """Return what is found for each, and times in milliseconds: of processors all threads together."""
    found, taken, busy = [], [], []
    for vector in asked:
        started, used = time.perf_counter(), time.process_time()
        found.append(ask(vector))
        taken.append(1000 * (time.perf_counter() - started))
        busy.append(1000 * (time.process_time() - used))
    middle = statistics.median
    told = {"median_ms": middle(taken), "least_ms": min(taken), "worst_ms": max(taken), "cpu_ms": middle(busy)}
    return found, {name: round(value, 1) for name, value in told.items()}


def shipped(voices: lance.LanceDataset):
    return lambda vector: {one.speaker for one in nearest_voices(voices, vector, COUNT, Condition(""))}


def indexed(voices: lance.LanceDataset, probes: int):
    query = {"column": "centroid", "k": 2 * COUNT, "metric": "cosine", "nprobes": probes, "refine_factor": 2}

    def ask(vector):
        found = voices.to_table(
            columns=["speaker"], nearest=query | {"q": vector}, filter="`segments` > 0", prefilter=True
        )  # fmt: skip
        return set(found["speaker"].to_pylist()[:COUNT])

    return ask


def recall(found: list[set[str]], exact: list[set[str]]) -> float:
    return round(statistics.mean(len(one & other) / COUNT for one, other in zip(found, exact, strict=True)), 4)


def measured(scratch: Path, kept: Path, count: int, kinds: list[str]) -> dict:
    voices, asked = drawn(kept, count)
    folder = scratch / "voices.lance"
    made = dataset(folder, voices)
    truth = [{f"ext_{at:07d}" for at in np.argsort(-(voices @ vector))[:COUNT]} for vector in asked]
    exact, told = timed(shipped(made), asked)
    result = {"voices": count, "mb": round(voices.nbytes / 1e6), "exact": {**told, "recall": recall(exact, truth)}}
    _, told = timed(lambda vector: set(np.argpartition(-(voices @ vector), COUNT)[:COUNT]), asked)
    result["a matrix in memory"] = told
    print(json.dumps(result), flush=True)
    for kind in kinds:
        begun, busy = time.perf_counter(), time.process_time()
        made = lance.dataset(str(folder)).create_index("centroid", kind, metric="cosine", replace=True, **KINDS[kind])
        size = sum(path.stat().st_size for path in (folder / "_indices").rglob("*") if path.is_file())
        result[kind] = {"built_s": round(time.perf_counter() - begun, 1), "cpu_s": round(time.process_time() - busy, 1)}
        result[kind]["index_files_mb"] = round(size / 1e6)
        for probes in PROBES:
            found, told = timed(indexed(made, probes), asked)
            result[kind][f"{probes} probes"] = {**told, "recall": recall(found, truth)}
        found, told = timed(shipped(made), asked)
        result[kind]["as shipped"] = {**told, "recall": recall(found, truth)}
        print(json.dumps({kind: result[kind]}), flush=True)
    return result


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--voices", type=int, nargs="+", default=[100_000, 1_000_000])
    options.add_argument("--kinds", nargs="*", default=["IVF_SQ"])
    options.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir(), "sayso-bench-voices.npz"))
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    told = []
    for count in asked.voices:
        with tempfile.TemporaryDirectory() as scratch:
            told.append(measured(Path(scratch), asked.kept, count, asked.kinds))
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
