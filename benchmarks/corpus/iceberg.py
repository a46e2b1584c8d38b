"""Iceberg (pyiceberg, its catalogue in SQLite) beside Lance on the same rows: write, sample, near voices, withdraw.

    PYTHONPATH=src:.:VENV/lib/python3.11/site-packages OWN/bin/python benchmarks/corpus/iceberg.py --rows 100000 1000000

OWN is an environment of its own with ``pyiceberg[sql-sqlite,pyarrow]``; the rest comes from the project's. Rows, cut
and what is drawn are those of `catalogue.py`. Files of Iceberg are cut at speakers as those of Lance are, written in
one transaction; voices are a table of their own. Iceberg has no search for near vectors: they are read and compared.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from benchmarks.corpus.catalogue import files, lance_figures, size_of, tables, timed
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import And, EqualTo, GreaterThan, In

from sayso.corpus.fragments import FRAGMENT_ROWS, cut
from sayso.corpus.sampling import priorities
from sayso.corpus.voiceprints import VOICE_ROWS, VoicesInOrder

WHERE = And(GreaterThan("snr_db", 20.0), EqualTo("language", "en"), EqualTo("decision", "kept"))
PROPERTIES = {"write.parquet.compression-codec": "zstd", "write.delete.mode": "copy-on-write"}


def listed(table):
    """Return the table with embeddings as plain lists: Iceberg knows no lists of a fixed size."""
    kinds = [pa.field(one.name, pa.list_(pa.float32()) if pa.types.is_fixed_size_list(one.type) else one.type)
             for one in table.schema]  # fmt: skip
    return table.cast(pa.schema(kinds))


def written(catalog, name, pieces):
    """Write pieces, each a file or two, in one transaction; return the table."""
    table = None
    for piece in pieces:
        told = listed(piece)
        if table is None:
            table = catalog.create_table(f"c.{name}", schema=told.schema, properties=PROPERTIES)
            transaction = table.transaction()
        transaction.append(told)
    transaction.commit_transaction()
    return catalog.load_table(f"c.{name}")


def sampled(catalog, seed):
    table = catalog.load_table("c.segments")
    found = table.scan(row_filter=WHERE, selected_fields=("segment", "seconds", "accent")).to_arrow()
    order = np.argsort(priorities(found["segment"].combine_chunks().cast(pa.string()), seed))
    accents = found["accent"].combine_chunks().dictionary_encode()
    code = accents.indices.to_numpy()[order]
    drawn = np.concatenate([order[code == each][:50] for each in range(len(accents.dictionary))])
    rest = tuple(field.name for field in table.schema().fields if field.name != "embedding")
    ids = found["segment"].take(drawn).to_pylist()
    return table.scan(row_filter=In("segment", ids), selected_fields=rest).to_arrow().num_rows


def centroids(catalog):
    found = catalog.load_table("c.voices").scan(selected_fields=("speaker", "centroid")).to_arrow()
    flat = found["centroid"].combine_chunks().flatten().to_numpy()
    return flat.reshape(found.num_rows, -1)


def nearest(matrix, asked, count):
    near = matrix @ (asked / np.linalg.norm(asked)).astype("f4")
    return np.argsort(-near)[:count]


def iceberg_figures(folder, count, speakers, numbers):
    folder.mkdir()
    catalog = SqlCatalog("local", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
    catalog.create_namespace("c")
    voices = VoicesInOrder(numbers)
    started = time.perf_counter()

    def seen():
        for piece in cut(tables(count, speakers, numbers), FRAGMENT_ROWS):
            voices.add(piece)
            yield piece

    written(catalog, "segments", seen())
    whole = voices.table()
    written(catalog, "voices", (whole.slice(at, VOICE_ROWS) for at in range(0, whole.num_rows, VOICE_ROWS)))
    told = {"publish_s": time.perf_counter() - started, "bytes": size_of(folder)}
    told["filter_and_sample"] = timed(lambda seed: sampled(catalog, seed), 3)
    told["sampled"] = sampled(catalog, 0)
    asked = np.random.default_rng(9).standard_normal((10, numbers))
    told["open_and_nearest_100"] = timed(lambda n: nearest(centroids(catalog), asked[n], 100), 10)
    kept = centroids(catalog)
    told["nearest_100_voices_in_memory"] = timed(lambda n: nearest(kept, asked[n], 100), 10)
    told["revoke"] = revoked(catalog, folder, speakers)
    return told


def revoked(catalog, folder, speakers):
    """Return what a withdrawal took and touched; versions before are ended, as far as pyiceberg can."""
    before = files(folder)
    started = time.perf_counter()
    for name in ("segments", "voices"):
        table = catalog.load_table(f"c.{name}")
        table.delete(EqualTo("speaker", f"ext_{speakers // 2:06d}"))
        table.maintenance.expire_snapshots().older_than(datetime.now(UTC)).commit()
    taken = time.perf_counter() - started
    after = files(folder)
    new = {path: size for path, size in after.items() if path not in before}
    data = [size for path, size in new.items() if path.suffix == ".parquet"]
    gone = [path for path in before if path not in after]
    return {
        "s": taken, "files_in_all": len(new), "data_files": len(data), "bytes_written": sum(new.values()),
        "bytes_of_data": sum(data), "old_files_gone": len(gone),
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--speakers", type=int, default=10_000)
    parser.add_argument("--numbers", type=int, default=192)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    told = []
    for count in asked.rows:
        speakers = min(asked.speakers, count // 10)
        for name, measure in (("lance", lance_figures), ("iceberg", iceberg_figures)):
            with tempfile.TemporaryDirectory() as scratch:
                found = {"rows": count, "with": name, **measure(Path(scratch) / name, count, speakers, asked.numbers)}
            told.append(found)
            print(json.dumps(found), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
