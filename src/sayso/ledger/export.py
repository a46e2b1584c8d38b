"""A period of the log as one file, which an outsider audits with nothing but the log's public key.

The first line is canonical JSON: the *succession* of the log's shards, the places ``[start, end)`` in the log, and the
hashes of what stands before them in their first shard and after them in their last. Every further line is one entry.
The hashes and the entries together must lead to the signed root of every shard that has some of them, so that no entry
between ``start`` and ``end`` can be left out, doubled, moved or altered.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from sayso import canonical
from sayso.disk import Draft, check_target
from sayso.errors import Invalid
from sayso.ledger.audit import Audit
from sayso.ledger.checkpoint import parse_hash
from sayso.ledger.entry import MAX_ENTRY_BYTES, Link
from sayso.ledger.errors import EntryInvalid, ExportInvalid, ExportMissing, LedgerTampered, NoteInvalid, QuorumMissed
from sayso.ledger.merkle import Frontier, complete_ranges, leaf_hash
from sayso.ledger.note import VerifierKey
from sayso.ledger.quorum import Quorum
from sayso.ledger.reading import Shards
from sayso.ledger.shard_audit import MAX_FINDINGS
from sayso.ledger.succession import MAX_BYTES, Followed, Succession

FORMAT: Final = "sayso-ledger-export/v1"

_CHUNK_BYTES: Final = 1 << 20
_SIGNS: Final = (b'{"after":[', b'"before":[', b'"succession":[', FORMAT.encode())
"""What the first line of an export has, altered or not: no single change takes all of them away."""

_FIELDS: Final = {"format", "succession", "start", "end", "before", "after"}


def write_export(path: Path, shards: Shards, *, start: int, end: int) -> None:
    """Write the log's entries ``[start, end)``, at least one, whole or not at all."""
    parts = [(shard.tree(), first, last) for shard, first, last in shards.parts(start, end)]
    (before, first, _), (after, _, last) = parts[0], parts[-1]
    header = {
        "format": FORMAT,
        "succession": shards.succession().as_json(),
        "start": start,
        "end": end,
        "before": [_text(before.complete(*part)) for part in complete_ranges((0, first))],
        "after": [_text(after.complete(*part)) for part in complete_ranges((last, after.checkpoint.size))],
    }
    check_target(path, overwrite=True)
    with Draft(path) as draft:
        chunk = bytearray(canonical.encode(header) + b"\n")
        for entry in chain.from_iterable(tree.entries(first, last) for tree, first, last in parts):
            chunk += entry + b"\n"
            if len(chunk) >= _CHUNK_BYTES:
                draft.write(bytes(chunk))
                chunk.clear()
        draft.write(bytes(chunk))
        draft.publish()


def audit_export(path: Path, vkey: str, *, witnesses: Iterable[str] = (), quorum: int | None = None) -> Audit:
    """Return what is wrong with an exported period, with the size and root of the log it was taken from.

    Needs the file and the public key of one of the log's shards, such as the first or the newest, nothing else.
    ``quorum`` of the ``witnesses`` (vkeys; without a number, all of them) must have cosigned the newest checkpoint.
    Raise `ExportMissing`, and `ExportInvalid` for a file that is no export.
    """
    key, policy = VerifierKey.parse(vkey), Quorum.of(witnesses, quorum)
    try:
        with path.open("rb") as file:
            return _Reader(file, key, policy).audit()
    except LedgerTampered as error:
        return Audit((error.message,), 0, b"")
    except FileNotFoundError:
        raise ExportMissing(f"there is no file {path}, expected an exported period of a log") from None
    except OSError as error:
        raise ExportInvalid(f"{path}: cannot be read ({error.strerror})") from error


class _Reader:
    """Reads an export line by line; memory grows with the number of grants in it, not with its entries."""

    def __init__(self, file: BinaryIO, key: VerifierKey, quorum: Quorum) -> None:
        self._file = file
        self._header = _read_header(file)
        self._index: int = self._header["start"]
        self._key = key
        self._quorum = quorum
        self._findings: list[str] = []
        self._heads: dict[str, tuple[int, str]] = {}

    def audit(self) -> Audit:
        header = self._header
        try:
            shards = Succession.from_json(header["succession"]).follow(self._key, quorum=self._quorum)
        except (LedgerTampered, NoteInvalid, QuorumMissed) as error:
            return Audit((f"checkpoint: {error.message}",), 0, b"")
        newest = shards[-1]
        try:
            for shard in shards:
                first, last = max(header["start"], shard.base), min(header["end"], shard.end)
                if first < last:
                    self._audit_part(shard, first - shard.base, last - shard.base)
            if self._file.readline(1) or header["end"] > newest.end:
                raise LedgerTampered(f"got entries after the {self._index} that the header speaks of")
        except LedgerTampered as error:
            self._found(error.message)
        return Audit(tuple(self._findings), newest.end, newest.checkpoint.root)

    def _audit_part(self, shard: Followed, first: int, last: int) -> None:
        """Read the entries ``[first, last)`` of one shard, and hold them against its root."""
        header, size = self._header, shard.checkpoint.size
        frontier = Frontier()
        self._add(frontier, header["before"] if shard.base + first == header["start"] else [], (0, first))
        self._add_entries(frontier, last - first)
        self._add(frontier, header["after"] if shard.base + last == header["end"] else [], (last, size))
        if frontier.root() != shard.checkpoint.root:
            self._found(
                f"the entries {shard.base + first} to {shard.base + last} do not lead to the signed root of {size}"
                f" entries of {shard.key.name}; entries were left out, added or altered"
            )

    def _found(self, finding: str) -> None:
        if len(self._findings) < MAX_FINDINGS:
            self._findings.append(finding)

    def _add(self, frontier: Frontier, hashes: list[str], leaves: tuple[int, int]) -> None:
        parts = complete_ranges(leaves)
        if len(parts) != len(hashes):
            raise LedgerTampered(f"header: got {len(hashes)} hashes for the entries {leaves}, expected {len(parts)}")
        for (level, _), text in zip(parts, hashes, strict=True):
            try:
                frontier.add(level, parse_hash(text))
            except NoteInvalid as error:
                raise LedgerTampered(f"header: {error.message}") from None

    def _add_entries(self, frontier: Frontier, count: int) -> None:
        for data in islice(_lines(self._file), count):
            leaf = leaf_hash(data)
            frontier.add(0, leaf)
            self._replay(self._index, data, leaf)
            self._index += 1
            count -= 1
        if count:
            raise LedgerTampered(
                f"got {self._index - self._header['start']} entries, the header says"
                f" {self._header['end'] - self._header['start']}; the file was cut or entries were left out"
            )

    def _replay(self, index: int, data: bytes, leaf: bytes) -> None:
        try:
            link = Link.decode(data)
        except EntryInvalid as error:
            self._found(f"entry {index}: {error.message}")
            return
        grant = link.entry.grant
        if grant is None:
            return
        head = self._heads.get(grant)
        if head is None and self._header["start"] == 0:
            head = (0, "")
        if head is not None and (link.seq, link.prev) != (head[0] + 1, head[1]):
            self._found(f"entry {index}: is number {link.seq} of grant {grant} and does not follow number {head[0]}")
        self._heads[grant] = (link.seq, leaf.hex())


def _read_header(file: BinaryIO) -> dict[str, Any]:
    line = file.readline(MAX_BYTES)
    try:
        header = canonical.decode(line.removesuffix(b"\n"))
    except Invalid:
        header = None
    if _fits(header):
        return dict(header)
    if any(sign in line for sign in _SIGNS):
        raise LedgerTampered("header: the first line is not as it was written; the file was cut or altered")
    raise ExportInvalid(f"got a file that does not begin as an export of the ledger ({FORMAT})")


def _fits(header: Any) -> bool:
    if not isinstance(header, dict) or header.keys() != _FIELDS or header["format"] != FORMAT:
        return False
    counts = [header["start"], header["end"]]
    hashes = [header["before"], header["after"]]
    return (
        all(type(count) is int and count >= 0 for count in counts)
        and header["start"] < header["end"]
        and all(isinstance(each, list) and all(isinstance(text, str) for text in each) for each in hashes)
    )


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(MAX_ENTRY_BYTES + 1):
        if not line.endswith(b"\n"):
            raise LedgerTampered("got a line without an end or longer than an entry; the file was cut or altered")
        yield line[:-1]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
