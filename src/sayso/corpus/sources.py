"""Sources: what a folder, a tar file, an S3-compatible store or a manifest holds, as references to recordings."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, unquote, urlsplit

from sayso.corpus import manifests
from sayso.corpus.errors import CorpusInputInvalid
from sayso.corpus.reading import StoreOptions, answered, bucket

_SUFFIXES = "wav w64 aif aiff au caf flac mp3 aac m4a mp4 ogg oga opus webm mka wma"

SUFFIXES: Final = frozenset(f".{each}" for each in _SUFFIXES.split(" "))
_HUGGING_FACE: Final = ("metadata.jsonl", "metadata.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One recording, or the stretch of it that a manifest names: a reference, never audio.

    ``name`` is how it is called within its input, whatever that is; ``stamp`` changes with the bytes it names.
    ``start_ms`` and ``end_ms`` bound the stretch, None for no bound. The rest is what a manifest says of it.
    """

    reference: str
    name: str
    size: int
    stamp: str
    start_ms: int | None = None
    end_ms: int | None = None
    speaker: str = ""
    sex: str = ""
    accent: str = ""
    language: str = ""
    text: str = ""

    @property
    def cut(self) -> str:
        """Return what tells stretches of one recording apart: "" for all of it."""
        if self.start_ms is None and self.end_ms is None:
            return ""
        return f"@{self.start_ms or 0}-{'' if self.end_ms is None else self.end_ms}"

    def record(self) -> dict[str, Any]:
        """Return the item as plain values."""
        return asdict(self)

    @classmethod
    def of(cls, record: dict[str, Any]) -> Self:
        """Return the item that `record` gave."""
        return cls(**record)


def items_of(place: str, options: StoreOptions | None = None) -> Iterator[Item]:
    """Yield what lies at ``place``, in the order of names; raise `CorpusInputInvalid` for a place that is of no use."""
    if place.startswith("s3://"):
        yield from _of_store(place, options or {})
        return
    path = Path(unquote(urlsplit(place).path)) if place.startswith("file://") else Path(place)
    if path.is_dir():
        described = next((path / name for name in _HUGGING_FACE if (path / name).is_file()), None)
        yield from _of_manifest(described) if described else _of_folder(path)
    elif path.is_file() and tarfile.is_tarfile(path):
        yield from _of_tar(path)
    elif path.is_file() and path.suffix.lower() in SUFFIXES:
        yield _file(path, path.name)
    elif path.is_file():
        yield from _of_manifest(path)
    else:
        raise CorpusInputInvalid(f"got {place[:80]}, expected a folder, a tar file, a manifest or s3://BUCKET/PREFIX")


def _of_folder(folder: Path) -> Iterator[Item]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            yield _file(path, path.relative_to(folder).as_posix())


def _file(path: Path, name: str, **told: Any) -> Item:
    whole = path.resolve()
    try:
        status = whole.stat()
        size, changed = status.st_size, status.st_mtime_ns
    except OSError:
        size, changed = 0, 0
    return _item(whole.as_uri(), name, size, changed, **told)


def _item(reference: str, name: str, size: int, changed: Any, **told: Any) -> Item:
    stamp = hashlib.sha256(f"{reference} {size} {changed}".encode()).hexdigest()[:32]
    return Item(reference=reference, name=name, size=size, stamp=stamp, **told)


def _of_tar(path: Path) -> Iterator[Item]:
    """Yield the members of an uncompressed tar, each with the place of its bytes; compressed ones cannot be cut."""
    changed = path.stat().st_mtime_ns
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                if member.isfile() and Path(member.name).suffix.lower() in SUFFIXES:
                    where = f"{member.offset_data}+{member.size}!{quote(member.name)}"
                    reference = f"tar://{quote(str(path.resolve()))}#{where}"
                    yield _item(reference, member.name, member.size, changed)
    except tarfile.ReadError:
        raise CorpusInputInvalid(f"got {path.name}, expected a tar file that is not compressed; unpack it") from None


def _of_store(place: str, options: StoreOptions) -> Iterator[Item]:
    split = urlsplit(place)
    store, prefix = bucket(split.netloc, options), unquote(split.path.lstrip("/"))
    listed = [each for batch in answered(lambda: list(store.list(prefix or None))) for each in batch]
    for each in sorted(listed, key=lambda one: one["path"]):
        if Path(each["path"]).suffix.lower() in SUFFIXES:
            reference = f"s3://{split.netloc}/{quote(each['path'])}"
            yield _item(reference, each["path"], int(each["size"]), each.get("e_tag") or each.get("last_modified"))


def _of_manifest(path: Path) -> Iterator[Item]:
    for told in manifests.entries(path):
        where = told.pop("file")
        if "://" in where:
            yield _item(where, where, 0, 0, **told)
        else:
            yield _file(path.parent / where, where, **told)
