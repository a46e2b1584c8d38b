"""The catalogue from 10^4 to 10^7 rows: filter, sample, near voices, one speaker withdrawn; Parquet files beside it.

    python benchmarks/corpus/catalogue.py --rows 10000 100000 1000000 [--speakers 10000] [--numbers 192] [--json FILE]

Rows are made up (grants, accents, SNR and lengths drawn at random; embeddings near to a direction of each speaker);
they are read and written by the code that ships. Each figure is the median and the worst of several asked one after
another, files in the page cache where the memory has room for them. The minimum of a withdrawal is one file of the
catalogue, since a speaker's rows fit in one, and one of the voices. Parquet stands for what Iceberg holds: the same
columns and cut, read by pyarrow, which is what pyiceberg reads with.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.condition import Condition
from sayso.corpus.fragments import FRAGMENT_ROWS
from sayso.corpus.quota import Quotas
from sayso.corpus.row import schema
from sayso.corpus.sampling import priorities
from sayso.corpus.view import CorpusView

AT = "2026-11-28T12:00:00.000Z"
ACCENTS = np.array([f"accent-{number:02d}" for number in range(20)])
WHERE = 'snr_db > 20 and language = "en"'


def columns(numbers):
    kinds = {"embedding": pa.list_(pa.float32(), numbers)}
    return pa.schema([pa.field(one.name, kinds.get(one.name, one.type)) for one in schema()])


def tables(count, speakers, numbers):
    """Yield rows in the order of speakers, a file's worth at a time."""
    rng = np.random.default_rng(7)
    each = max(1, count // speakers)
    step = max(1, FRAGMENT_ROWS // each)
    noise = 0.05 * rng.standard_normal((min(count, step * each), numbers)).astype("f4")
    voices = rng.standard_normal((speakers, numbers)).astype("f4")
    made = columns(numbers)
    for start in range(0, speakers, step):
        who = np.repeat(np.arange(start, min(speakers, start + step)), each)
        yield rows(rng, who, voices[who] + noise[: len(who)], made)


def rows(rng, who, embeddings, made):
    count = len(who)
    draw = rng.bytes(16 * count).hex()
    texts = {
        "segment": [f"seg_{draw[32 * at : 32 * at + 32]}" for at in range(count)],
        "speaker": np.char.add("ext_", np.char.zfill(who.astype(str), 6)),
        "accent": ACCENTS[who % 20],
        "language": np.where(who % 10 == 0, "de", "en"),
        "sex": np.where(who % 2, "F", "M"),
        "grant": np.where(who % 2, np.char.add("gra_", who.astype(str)), ""),
        "licence": np.where(who % 2, "", "CC-BY-4.0"),
        "evidence": np.where(who % 2, "", "https://example.org"),
        "decision": np.where(rng.random(count) < 0.8, "kept", "rejected"),
    }
    numbers = {
        "start_s": np.zeros(count), "end_s": np.full(count, 8.0), "seconds": rng.uniform(2, 14, count),
        "snr_db": rng.uniform(0, 45, count), "ovrl": rng.uniform(1, 4.5, count),
    }  # fmt: skip
    told = {name: pa.array(values) for name, values in texts.items()}
    told |= {
        name: pa.array(values.astype("f4" if name in {"snr_db", "ovrl"} else "f8")) for name, values in numbers.items()
    }
    told["sample_rate_hz"] = pa.array(np.full(count, 16_000, "i4"))
    size = embeddings.shape[1]
    told["embedding"] = pa.FixedSizeListArray.from_arrays(pa.array(embeddings.ravel()), size)
    for field in made:
        if field.name not in told:
            plain = pa.scalar("", field.type) if field.type == pa.string() else pa.scalar(None, field.type)
            told[field.name] = pa.repeat(plain, count)
    found = pa.table([told[field.name].cast(field.type) for field in made], schema=made)
    by = pc.sort_indices(found, [("speaker", "ascending"), ("segment", "ascending")])
    return found.take(by)


def timed(act, times):
    taken, busy = [], []
    for number in range(times):
        started, used = time.perf_counter(), time.process_time()
        act(number)
        taken.append(time.perf_counter() - started)
        busy.append(time.process_time() - used)
    return {
        "median_s": statistics.median(taken),
        "worst_s": max(taken),
        "cpu_s": statistics.median(busy),
        "times": times,
    }


def lance_figures(folder, count, speakers, numbers):
    catalogue = Catalogue(folder)
    started = time.perf_counter()
    catalogue.publish_tables(tables(count, speakers, numbers))
    told = {"publish_s": time.perf_counter() - started, "bytes": size_of(folder)}
    everyone = frozenset
    quotas = Quotas.each("accent", "50")
    condition = Condition.of(WHERE)

    def sampled(seed):
        view = CorpusView(catalogue, everyone, at=AT)
        return list(view.take(view.sample(quotas, seed, condition).places))

    told["filter_and_sample"] = timed(sampled, 5)
    told["sampled"] = len(sampled(0))
    told["find"] = timed(lambda _: CorpusView(catalogue, everyone, at=AT).find(condition, limit=20), 3)
    view = CorpusView(catalogue, everyone, at=AT)
    asked = np.random.default_rng(9).standard_normal((30, numbers))
    told["nearest_100_voices"] = timed(lambda number: view.nearest(asked[number], 100), 30)
    told["open_and_nearest_100"] = timed(lambda n: CorpusView(catalogue, everyone, at=AT).nearest(asked[n], 100), 10)
    exact = np.array([one.similarity for one in view.nearest(asked[0], 100)])
    told["nearest_found"] = len(exact)
    told["revoke"] = revoked(catalogue, folder, speakers)
    return told


def revoked(catalogue, folder, speakers):
    """Return what withdrawing a speaker took and touched, files looked at from outside."""
    before = files(folder)
    started = time.perf_counter()
    done = catalogue.withdraw(f"ext_{speakers // 2:06d}")
    taken = time.perf_counter() - started
    after = files(folder)
    new = {path: size for path, size in after.items() if path not in before and path.suffix == ".lance"}
    segments = [size for path, size in new.items() if "segments" in str(path)]
    gone = [path for path in before if path not in after and path.suffix == ".lance"]
    return {
        "s": taken, "rows": done.rows, "files_of_segments": len(segments), "files_in_all": len(new),
        "files_gone": len(gone),
        "bytes_written": sum(new.values()), "bytes_of_segments": sum(segments),
        "share_of_catalogue": sum(new.values()) / sum(before.values()),
        "files_over_minimum": len(new) / 2, "bytes_over_minimum": sum(new.values()) / max(1, done.bytes_written),
    }  # fmt: skip


def files(folder):
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def size_of(folder):
    return sum(files(folder).values())


def parquet_figures(folder, count, speakers, numbers):
    """Return the same asked of Parquet files with the same cut."""
    folder.mkdir()
    started = time.perf_counter()
    for number, table in enumerate(tables(count, speakers, numbers)):
        pq.write_table(table, folder / f"{number:05d}.parquet", compression="zstd")
    told = {"publish_s": time.perf_counter() - started, "bytes": size_of(folder)}
    dataset = pads.dataset(folder)
    where = (pc.field("snr_db") > 20) & (pc.field("language") == "en") & (pc.field("decision") == "kept")

    def sampled(seed):
        found = dataset.to_table(columns=["segment", "seconds", "accent"], filter=where)
        order = np.argsort(priorities(found["segment"].combine_chunks(), seed))
        accents = found["accent"].combine_chunks().dictionary_encode()
        code = accents.indices.to_numpy()[order]
        drawn = np.concatenate([order[code == each][:50] for each in range(len(accents.dictionary))])
        ids = found["segment"].take(drawn)
        rest = [name for name in dataset.schema.names if name != "embedding"]
        return dataset.to_table(columns=rest, filter=pc.field("segment").isin(ids.combine_chunks())).num_rows

    told["filter_and_sample"] = timed(sampled, 3)
    one = folder / f"{len(list(folder.iterdir())) // 2:05d}.parquet"
    speaker = pq.read_table(one, columns=["speaker"])["speaker"][0].as_py()

    def revoke(_):
        table = pq.read_table(one)
        pq.write_table(table.filter(pc.field("speaker") != speaker), folder / "new.parquet", compression="zstd")

    told["revoke_of_known_file"] = timed(revoke, 1)
    return told


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--speakers", type=int, default=10_000)
    parser.add_argument("--numbers", type=int, default=192)
    parser.add_argument("--parquet-up-to", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    told = []
    for count in asked.rows:
        speakers = min(asked.speakers, count // 10)
        with tempfile.TemporaryDirectory(dir=asked.folder) as scratch:
            found = {"rows": count, "speakers": speakers, "numbers": asked.numbers}
            found["lance"] = lance_figures(Path(scratch) / "lance", count, speakers, asked.numbers)
            shutil.rmtree(Path(scratch) / "lance")
            if count <= asked.parquet_up_to:
                found["parquet"] = parquet_figures(Path(scratch) / "parquet", count, speakers, asked.numbers)
        found["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        told.append(found)
        print(json.dumps(found, indent=1), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
