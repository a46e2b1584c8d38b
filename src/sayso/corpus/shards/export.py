"""Exporting: shards of what a view lets out, resumed where a run was stopped, with the index published last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np

from sayso.corpus.condition import Condition
from sayso.corpus.errors import ExportTargetTaken, NothingConsented, NothingToExport, ShardDamaged
from sayso.corpus.quota import Quotas
from sayso.corpus.row import Segment
from sayso.corpus.sampling import Stratum
from sayso.corpus.shards import layouts
from sayso.corpus.shards.index import DATA, INDEX, CorpusShard, ShardFile, ShardIndex
from sayso.corpus.shards.plan import SHARD_SECONDS, planned, shard_count
from sayso.corpus.shards.sample_row import SoundedSegment, told
from sayso.corpus.view import CorpusView, usable
from sayso.disk import make_folder, read_bounded, write_document, write_whole
from sayso.errors import SaysoError
from sayso.progress import Report, silent

_RECORDS: Final = ".shards"
_OURS: Final = frozenset({DATA, INDEX, _RECORDS, "README.md"})
_MOST_RECORD: Final = 10_000_000


class ShardFormat(StrEnum):
    """A layout of shards."""

    WEBDATASET = "webdataset"
    SHAR = "shar"
    PARQUET = "parquet"
    HUGGINGFACE = "huggingface"


_LAYOUTS: Final[dict[ShardFormat, layouts.Layout]] = {
    ShardFormat.WEBDATASET: layouts.webdataset,
    ShardFormat.SHAR: layouts.shar,
    ShardFormat.PARQUET: layouts.parquet,
    ShardFormat.HUGGINGFACE: layouts.huggingface,
}


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is asked for: of which corpus, in which layout, what, how much of what, and in which order."""

    corpus: str
    layout: ShardFormat
    condition: Condition
    quotas: Quotas | None = None
    seed: int = 0
    shard_seconds: float = SHARD_SECONDS


@dataclass(frozen=True, slots=True)
class ExportedShards:
    """What was written: the index, how many shards were made or were there already, what no basis lets out."""

    index: ShardIndex
    path: Path
    written: int
    reused: int
    withheld: int
    strata: tuple[Stratum, ...]


def export(
    view: CorpusView, order: ExportOrder, folder: Path, sound: Callable[[Segment], bytes], report: Report = silent
) -> ExportedShards:
    """Export what ``order`` asks for into ``folder``, which is new or holds an earlier export of the same corpus.

    ``sound`` gives the kept sound of a row, as FLAC. Only what ``view`` lets out leaves. Shards that an earlier export
    or a run that was stopped left as they are to be now are kept; those that no longer are go.

    Raises
    ------
    NothingToExport : nothing meets the condition
    NothingConsented : all that does is withdrawn, expired or not allowed for this
    ExportTargetTaken : the folder holds something else
    """
    earlier = _check(folder, order)
    asked = usable() & Condition("`audio` <> ''") & order.condition
    withheld = view.withheld(asked)
    places, strata = view.chosen(asked, order.quotas, order.seed)
    if not len(places):
        raise NothingConsented if withheld else NothingToExport
    keys = view.keys(places)
    count = earlier or shard_count(float(keys["seconds"].to_numpy().sum()), order.shard_seconds)
    parts = planned(keys, count=count, seed=order.seed, shard_seconds=order.shard_seconds)
    make_folder(folder)
    for name in (DATA, _RECORDS):
        make_folder(folder / name)
    (folder / INDEX).unlink(missing_ok=True)  # a reader of an export in the making is told that there is none
    shards, written = [], 0
    for done, (number, rows) in enumerate(sorted(parts.items())):
        made, is_new = _shard(view, order, folder, (number, count), places[rows], sound=sound)
        shards.append(made)
        written += is_new
        report((done + 1) / len(parts))
    index = ShardIndex(order.layout.value, order.corpus, view.version, order.seed, count, tuple(shards))
    _drop_others(folder, shards)
    if order.layout is ShardFormat.HUGGINGFACE:
        write_document(folder / "README.md", _readme(index), mode=0o644)
    return ExportedShards(index, index.write(folder), written, len(shards) - written, withheld, strata)


def _check(folder: Path, order: ExportOrder) -> int:
    """Return the number of shards of an earlier export in ``folder``, 0 for none; raise `ExportTargetTaken`."""
    if not folder.exists():
        return 0
    others = sorted({one.name for one in folder.iterdir()} - _OURS) if folder.is_dir() else [folder.name]
    if others:
        raise ExportTargetTaken(
            f"{folder} holds {others[0][:60]}, expected a new folder or an export of {order.corpus}"
        )
    if not (folder / INDEX).exists():
        return 0
    index = ShardIndex.read(folder)
    if (index.corpus, index.layout) != (order.corpus, order.layout.value):
        raise ExportTargetTaken(f"{folder} is an export of {index.corpus} as {index.layout}; name another folder")
    return index.count


def _shard(
    view: CorpusView,
    order: ExportOrder,
    folder: Path,
    which: tuple[int, int],
    at: np.ndarray,
    *,
    sound: Callable[[Segment], bytes],
) -> tuple[CorpusShard, bool]:
    """Return a shard and whether it was written; one that is there from the same plan is taken as it is."""
    number, count = which
    rows = list(view.take(at))
    plan = _plan(order.layout, which, rows)
    record = folder / _RECORDS / f"{number:06d}.json"
    if there := _there(record, plan, folder / DATA):
        return there, False
    made = _LAYOUTS[order.layout](number, count, [_sounded(row, sound) for row in rows])
    for name, data in made.items():
        write_whole(folder / DATA / name, data, mode=0o644)
    shard = _described(number, plan, rows, made)
    write_document(record, json.dumps(asdict(shard), sort_keys=True) + "\n", mode=0o644)
    return shard, True


def _sounded(row: Segment, sound: Callable[[Segment], bytes]) -> SoundedSegment:
    found = SoundedSegment(row, sound(row))
    if not found.frames:
        raise ShardDamaged(f"segment {row.segment}: its kept sound is no FLAC file; run the corpus again")
    return found


def _plan(layout: ShardFormat, which: tuple[int, int], rows: Sequence[Segment]) -> str:
    said = [[layout.value, *which], *([told(row), row.audio] for row in rows)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _described(number: int, plan: str, rows: Sequence[Segment], made: dict[str, bytes]) -> CorpusShard:
    ends = [row.expires for row in rows if row.expires]
    return CorpusShard(
        number=number,
        plan=plan,
        files=tuple(ShardFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in made.items()),
        segments=len(rows),
        seconds=round(sum(row.seconds for row in rows), 3),
        speakers=len({row.speaker for row in rows}),
        grants=_distinct(row.grant for row in rows),
        licences=_distinct(row.licence for row in rows),
        purposes=_distinct(row.purpose for row in rows),
        expires=min(ends, default=""),
    )


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*values} - {""}))


def _there(record: Path, plan: str, data: Path) -> CorpusShard | None:
    """Return the shard that ``record`` tells of, if it is of this plan and its files are as they were written."""
    try:
        found = CorpusShard.of(json.loads(read_bounded(record, _MOST_RECORD)))
    except (SaysoError, ValueError, TypeError, KeyError):
        return None
    return found if found.plan == plan and all(is_whole(data / one.name, one) for one in found.files) else None


def is_whole(path: Path, file: ShardFile) -> bool:
    """Return whether the file at ``path`` is the one that was written."""
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256


def _drop_others(folder: Path, shards: Sequence[CorpusShard]) -> None:
    """Take away what earlier exports left and this one does not hold: nothing that was withdrawn stays."""
    names = {one.name for shard in shards for one in shard.files}
    records = {f"{shard.number:06d}.json" for shard in shards}
    for place, kept in ((DATA, names), (_RECORDS, records)):
        for path in (folder / place).iterdir():
            if path.name not in kept:
                path.unlink()


def _readme(index: ShardIndex) -> str:
    """Return the card that `datasets` reads which files are the split from."""
    licences = _distinct(name for shard in index.shards for name in shard.licences)
    hours = sum(shard.seconds for shard in index.shards) / 3600
    return (
        "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*\n---\n\n"
        f"# {index.corpus}\n\n{hours:.2f} hours of speech from version {index.version} of the catalogue. Each\n"
        "row says on which grant or licence it stands, for what, until when: nobody may use it after `expires`.\n\n"
        f"Licences: {', '.join(licences) or 'none, grants only'}.\n"
    )
