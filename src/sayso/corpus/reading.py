"""Reading what a reference names: a file, a member of a tar, an object in a store, the recording of a manifest."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import numpy as np

from sayso.audio.signal import Signal
from sayso.audio.stream import stream
from sayso.corpus.errors import CorpusInputInvalid
from sayso.errors import Unavailable

_CHUNK: Final = 8 << 20
_TRIES: Final = 5
_PAUSE_S: Final = 0.1
_PATIENCE_S: Final = 40.0
"""A store is not asked again after so long."""

_SILENCE_S: Final = 15.0
"""So long without a byte is no answer."""

StoreOptions = dict[str, str]
"""Where an S3-compatible store is and how it is asked: endpoint, region; never a secret."""


class StoreUnreachable(Unavailable):
    """The object store does not answer; run this again later."""


class StoreAway(StoreUnreachable):
    """The object store answers nothing at all, whatever is asked for; run this again later."""


class RecordingChanged(Unavailable):
    """A recording was replaced while the run read it; run this again."""


@contextlib.contextmanager
def opened_reference(reference: str, options: StoreOptions | None = None) -> Iterator[Path]:
    """Yield a file with the bytes of ``reference``: the very file, or a copy that is gone afterwards.

    What lies elsewhere is fetched piece by piece, so that no more than 8 MB of it are in memory.
    """
    split = urlsplit(reference)
    if split.scheme == "file":
        yield Path(unquote(split.path))
        return
    with tempfile.NamedTemporaryFile(prefix="sayso-", suffix=Path(split.path).suffix) as file:
        for chunk in _fetched(reference, split.scheme, options or {}):
            file.write(chunk)
        file.flush()
        yield Path(file.name)


def check_unchanged(path: Path, digest: str) -> None:
    """Raise `RecordingChanged` unless ``path`` has the SHA-256 ``digest``: what was measured is what is cut."""
    if digest_of(path) != digest:
        raise RecordingChanged


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetched(reference: str, scheme: str, options: StoreOptions) -> Iterator[bytes]:
    if scheme == "tar":
        place, _, where = reference.removeprefix("tar://").rpartition("#")
        start, _, size = where.split("!", 1)[0].partition("+")
        yield from _section(Path(unquote(place)), int(start), int(size))
    elif scheme == "s3":
        yield from _object(reference, options)
    else:
        raise CorpusInputInvalid(f"got the reference {reference[:60]!r}, expected file:, tar: or s3:")


def _section(path: Path, start: int, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while size > 0 and (chunk := file.read(min(size, _CHUNK))):
            size -= len(chunk)
            yield chunk


def _object(reference: str, options: StoreOptions) -> Iterator[bytes]:
    """Yield the pieces of an object, each asked for by its range and, where that fails, again."""
    split = urlsplit(reference)
    store, key = bucket(split.netloc, options), unquote(split.path.lstrip("/"))
    first = answered(lambda: store.head(key))
    size = int(first["size"])
    for start in range(0, size, _CHUNK):
        length = min(_CHUNK, size - start)
        chunk = answered(lambda at=start, n=length: bytes(store.get_range(key, start=at, length=n)))
        if len(chunk) != length:
            raise StoreUnreachable(f"got {len(chunk)} of {length} bytes of an object; run this again")
        yield chunk
    last = answered(lambda: store.head(key))
    if any(first.get(name) != last.get(name) for name in ("size", "e_tag", "last_modified")):
        raise RecordingChanged  # pieces of two uploads are no recording


def bucket(name: str, options: StoreOptions) -> Any:
    """Return the bucket ``name`` of an S3-compatible store; credentials come from the environment of obstore."""
    from obstore.store import S3Store  # noqa: PLC0415 - most corpora are folders

    told: dict[str, Any] = {
        **options,
        "client_options": {"connect_timeout": "5s", "read_timeout": f"{_SILENCE_S:.0f}s", "timeout": "60s"},
        "retry_config": {"max_retries": 1, "retry_timeout": timedelta(seconds=20)},
        "virtual_hosted_style_request": False,
    }
    if options.get("endpoint", "").startswith("http://"):
        told["client_options"]["allow_http"] = True
    return S3Store(name, **told)


def answered(ask: Any) -> Any:
    """Return the answer of a store, asked up to five times, ever more slowly, for 40 s and what one request takes.

    Raise `StoreUnreachable` where one object is not to be had, `StoreAway` where there is no answer.
    """
    begun, why = time.monotonic(), ""
    for tried in range(1, _TRIES + 1):
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 - obstore raises classes of its own
            why = _reason(error)
            if isinstance(error, FileNotFoundError):
                raise StoreUnreachable(f"the object store has no such object: {why}") from None
        if time.monotonic() - begun > _PATIENCE_S:
            break
        time.sleep(_PAUSE_S * 2 ** (tried - 1))
    spent_s = time.monotonic() - begun
    raise StoreAway(f"the object store failed {tried} times in {spent_s:.0f} s: {why}; run this again")


def _reason(error: Exception) -> str:
    """Return what obstore tells at the end of its first line; how long it waited is told of what took too long."""
    told = str(error)
    if "kind: Timeout" in told:
        return f"not a byte within {_SILENCE_S:.0f} s"
    return told.partition("\n")[0].rpartition(" - ")[2].strip(" :")[:120]


def pieces(path: Path, spans_ms: Iterable[tuple[int, int]]) -> Iterator[Signal]:
    """Yield what is heard in each of ``spans_ms``, which come in order and do not overlap, at the recording's rate.

    The recording is read once, block by block, and up to its last span.
    """
    wanted = iter(spans_ms)
    span = next(wanted, None)
    held: list[Signal] = []
    place = 0
    blocks = stream(path)
    while span is not None:
        block = next(blocks, None)
        if block is None:
            if held:
                yield _cut(held, place, span)
            return
        held.append(block)
        place += block.num_samples
        while span is not None and place >= _at(span[1], block.sample_rate):
            yield _cut(held, place, span)
            span = next(wanted, None)
        first = place if span is None else _at(span[0], block.sample_rate)
        while held and place - sum(each.num_samples for each in held[1:]) <= first:
            held.pop(0)


def _at(moment_ms: int, rate: int) -> int:
    return round(moment_ms * rate / 1000)


def _cut(held: list[Signal], place: int, span: tuple[int, int]) -> Signal:
    rate = held[-1].sample_rate
    start = place - sum(each.num_samples for each in held)
    channels = min(each.num_channels for each in held)
    whole = np.concatenate([each.samples[:channels] for each in held], axis=1)
    first, last = (max(0, _at(moment, rate) - start) for moment in span)
    return Signal(whole[:, first:last], rate)
