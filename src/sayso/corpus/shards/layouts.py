"""The layouts: what files one shard becomes. Each is read back in the tests by the library that it is for."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sayso.corpus.row import schema
from sayso.corpus.shards.sample_row import SoundedSegment, told
from sayso.corpus.shards.tar import packed

if TYPE_CHECKING:
    import pyarrow as pa

Layout = Callable[[int, int, Sequence[SoundedSegment]], dict[str, bytes]]
"""Given the number of a shard, how many there are, and its segments: its files by name."""

_ROW_GROUP: Final = 64
"""Rows that a reader of Parquet must hold at once, with their sound."""


def webdataset(number: int, _count: int, segments: Sequence[SoundedSegment]) -> dict[str, bytes]:
    """WebDataset: a tar with ``ID.flac``, ``ID.json`` and ``ID.txt`` for each segment, side by side."""
    members = [
        member
        for one in segments
        for member in (
            (f"{one.segment.segment}.flac", one.sound),
            (f"{one.segment.segment}.json", _json(told(one.segment))),
            (f"{one.segment.segment}.txt", one.segment.text.encode()),
        )
    ]
    return {f"shard-{number:06d}.tar": packed(members)}


def shar(number: int, _count: int, segments: Sequence[SoundedSegment]) -> dict[str, bytes]:
    """Lhotse Shar: the cuts as gzipped lines of JSON, and their recordings in a tar of their own."""
    cuts = b"".join(_json(_cut(one)) + b"\n" for one in segments)
    members = [
        member
        for one in segments
        for member in (
            (f"{one.segment.segment}.flac", one.sound),
            (f"{one.segment.segment}.json", _json(_recording(one))),
        )
    ]
    return {
        f"cuts.{number:06d}.jsonl.gz": gzip.compress(cuts, mtime=0),
        f"recording.{number:06d}.tar": packed(members),
    }


def parquet(number: int, _count: int, segments: Sequence[SoundedSegment]) -> dict[str, bytes]:
    """Parquet with the sound in it: a column ``audio`` with ``bytes`` and ``path``, beside those of the catalogue."""
    return {f"part-{number:06d}.parquet": _parquet(segments, {})}


def huggingface(number: int, count: int, segments: Sequence[SoundedSegment]) -> dict[str, bytes]:
    """Hugging Face: Parquet whose ``audio`` `datasets` knows for sound, named as its hub names splits."""
    features = {"info": {"features": {**_features(), "audio": {"_type": "Audio"}}}}
    name = f"train-{number:05d}-of-{count:05d}.parquet"
    return {name: _parquet(segments, {"huggingface": json.dumps(features, sort_keys=True)})}


def _parquet(segments: Sequence[SoundedSegment], metadata: dict[str, str]) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - of the extra
    import pyarrow.parquet as pq  # noqa: PLC0415 - of the extra

    audio = [{"bytes": one.sound, "path": f"{one.segment.segment}.flac"} for one in segments]
    columns = pa.Table.from_pylist([told(one.segment) for one in segments], schema=_columns())
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = columns.append_column("audio", pa.array(audio, kind)).replace_schema_metadata(metadata)
    whole = io.BytesIO()
    pq.write_table(table, whole, row_group_size=_ROW_GROUP, compression="zstd")
    return whole.getvalue()


def _columns() -> pa.Schema:
    import pyarrow as pa  # noqa: PLC0415 - of the extra

    home = {"source", "audio", "embedding"}
    return pa.schema([field for field in schema() if field.name not in home])


def _features() -> dict[str, Any]:
    """Return the columns as `datasets` writes them."""
    names = {"float": "float32", "double": "float64", "int32": "int32", "string": "string"}

    def of(kind: Any) -> dict[str, Any]:
        if str(kind).startswith("list"):
            return {"feature": of(kind.value_type), "_type": "List"}
        return {"dtype": names[str(kind)], "_type": "Value"}

    return {field.name: of(field.type) for field in _columns()}


def _recording(one: SoundedSegment) -> dict[str, Any]:
    rate = one.segment.sample_rate_hz
    return {
        "id": one.segment.segment,
        "sources": [{"type": "shar", "channels": [0], "source": ""}],
        "sampling_rate": rate,
        "num_samples": one.frames,
        "duration": one.frames / rate,
        "channel_ids": [0],
    }


def _cut(one: SoundedSegment) -> dict[str, Any]:
    row, recording = one.segment, _recording(one)
    supervision = {
        "id": row.segment,
        "recording_id": row.segment,
        "start": 0,
        "duration": recording["duration"],
        "channel": 0,
        "text": row.text,
        "language": row.language,
        "speaker": row.speaker,
        "gender": row.sex,
        "custom": told(row),
    }
    return {
        "id": row.segment,
        "start": 0,
        "duration": recording["duration"],
        "channel": 0,
        "supervisions": [supervision],
        "recording": recording,
        "type": "MonoCut",
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
