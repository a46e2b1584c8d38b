"""Answers to take away: the entries asked for, each with its proof, and a signed statement of how many there are.

The first line is canonical JSON: the *succession* of the log's shards, and the *statement*, a note signed by the newest
that says what was asked, how many entries answer it, and where the chain of each grant ends that they are under. Every
further line is one entry with its number in the log and its path to the root of its shard. Where all entries of some
grants are asked for, the chains themselves show that none is missing; otherwise the log has put its name to the count,
and an export of the period holds it to that.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from sayso import canonical
from sayso.disk import Draft, check_target
from sayso.errors import Invalid
from sayso.ledger.checkpoint import Checkpoint, parse_hash
from sayso.ledger.entry import Link
from sayso.ledger.errors import (
    AnswerInvalid,
    EntryInvalid,
    ExportMissing,
    LedgerTampered,
    NoteInvalid,
    ProofFailed,
    QuorumMissed,
)
from sayso.ledger.finding import Head, Logged
from sayso.ledger.finding_store import EntryFilter
from sayso.ledger.merkle import Range, inclusion_ranges, leaf_hash, verify_inclusion
from sayso.ledger.note import MAX_NOTE_BYTES, SignerKey, VerifierKey, open_note, sign_note
from sayso.ledger.quorum import Quorum
from sayso.ledger.reading import Shards
from sayso.ledger.succession import MAX_BYTES, Succession
from sayso.ledger.tiles import WIDTH
from sayso.ledger.tree import Tree

FORMAT: Final = "sayso-ledger-answer/v1"

_FIELDS: Final = {"format", "succession", "statement"}
_MAX_LINE_BYTES: Final = 16_384
_CHUNK_BYTES: Final = 1 << 20

MAX_HEADER_BYTES: Final = MAX_BYTES + MAX_NOTE_BYTES


@dataclass(frozen=True, slots=True)
class Statement:
    """What the log says of an answer: under its newest checkpoint, to what question, how many entries, which chains."""

    checkpoint: Checkpoint
    asked: EntryFilter
    count: int
    heads: tuple[Head, ...]

    @property
    def text(self) -> str:
        """The lines that are signed."""
        lines = [FORMAT, *self.checkpoint.text.splitlines(), canonical.encode(self.asked.as_json()).decode()]
        lines += [str(self.count), *(f"{head.grant} {head.count} {head.last.hex()}" for head in self.heads)]
        return "\n".join(lines) + "\n"

    @classmethod
    def parse(cls, text: str) -> Statement:
        """Read the lines; raise `NoteInvalid`."""
        lines = text.split("\n")
        try:
            asked = EntryFilter(**canonical.decode(lines[4].encode()))
            heads = [line.split(" ") for line in lines[6:-1]]
            parsed = tuple(Head(grant, int(count), bytes.fromhex(last)) for grant, count, last in heads)
            found = cls(Checkpoint.parse("\n".join(lines[1:4]) + "\n"), asked, int(lines[5]), parsed)
        except (IndexError, TypeError, ValueError, Invalid):
            raise NoteInvalid("got a note that is no statement about an answer") from None
        if found.text != text:
            raise NoteInvalid("got a statement that is not in its one form")
        return found


@dataclass(frozen=True, slots=True)
class Answered:
    """A checked answer: the entries, oldest first, what was asked, and what is wrong with it."""

    asked: EntryFilter | None
    entries: tuple[bytes, ...]
    indexes: tuple[int, ...]
    findings: tuple[str, ...]

    def require_clean(self) -> None:
        """Return if nothing was found; otherwise raise `LedgerTampered` with every finding as a reason."""
        if self.findings:
            raise LedgerTampered(self.findings[0], reasons=self.findings)


def write_answer(path: Path, shards: Shards, rows: Iterable[Logged], statement: str) -> None:
    """Write the answer whole, or not at all; ``rows`` are in log order, and each fits its shard's leaf."""
    header = {"format": FORMAT, "succession": shards.succession().as_json(), "statement": statement}
    check_target(path, overwrite=True)
    with Draft(path) as draft:
        chunk = bytearray(canonical.encode(header) + b"\n")
        for line in _written(shards, rows):
            chunk += line
            if len(chunk) >= _CHUNK_BYTES:
                draft.write(bytes(chunk))
                chunk.clear()
        draft.write(bytes(chunk))
        draft.publish()


def _written(shards: Shards, rows: Iterable[Logged]) -> Iterator[bytes]:
    paths, end = None, 0
    for row in rows:
        index = -1 if row.index is None else row.index
        if paths is None or index >= end:
            found = shards.holding(index)
            paths, end = _Paths(found.tree(), found.shard.base), found.end
        yield paths.line(row, index)


class _Paths:
    """Writes paths of one tree; hashes high up are shared by many paths, and are made and spelled once."""

    def __init__(self, tree: Tree, base: int) -> None:
        self._tree = tree
        self._base = base
        self._size = tree.checkpoint.size
        self._spelled: dict[Range, str] = {}

    def line(self, row: Logged, index: int) -> bytes:
        place = index - self._base
        if self._tree.leaf(place) != leaf_hash(row.data):
            raise LedgerTampered(f"ledger_entries row {row.ticket}: holds another entry than the log at {index}")
        path = ",".join(self._hash(each) for each in inclusion_ranges(place, self._size))
        entry = json.dumps(row.data.decode(), ensure_ascii=False)
        return f'{{"entry":{entry},"index":{index},"path":[{path}]}}\n'.encode()

    def _hash(self, leaves: Range) -> str:
        if leaves[1] - leaves[0] < WIDTH:
            return _quoted(self._tree.hashes([leaves])[0])
        found = self._spelled.get(leaves)
        if found is None:
            found = self._spelled[leaves] = _quoted(self._tree.hashes([leaves])[0])
        return found


def _quoted(data: bytes) -> str:
    return '"' + base64.b64encode(data).decode() + '"'


def state(asked: EntryFilter, checkpoint: Checkpoint, *, count: int, heads: Iterable[Head], signer: SignerKey) -> str:
    """Return the signed statement."""
    text = Statement(checkpoint, asked, count, tuple(heads)).text
    if len(text) > MAX_NOTE_BYTES // 2:
        raise AnswerInvalid(f"got an answer about {text.count(chr(10)) - 6} grants, too many for one; ask in parts")
    return sign_note(text, [signer])


def check_answer(path: Path, vkey: str, *, witnesses: Sequence[str] = (), quorum: int | None = None) -> Answered:
    """Return the entries of an answer and what is wrong with it; needs the file and the log's public key only.

    Raise `ExportMissing`, and `AnswerInvalid` for a file that is no answer at all.
    """
    key, policy = VerifierKey.parse(vkey), Quorum.of(witnesses, quorum)
    try:
        with path.open("rb") as file:
            header = _read_header(file)
            return _Checker(header, key, policy).check(file)
    except FileNotFoundError:
        raise ExportMissing(f"there is no file {path}, expected an answer with proofs") from None
    except OSError as error:
        raise AnswerInvalid(f"{path}: cannot be read ({error.strerror})") from error
    except (LedgerTampered, NoteInvalid, QuorumMissed) as error:
        return Answered(None, (), (), (error.message,))


class _Checker:
    def __init__(self, header: dict[str, Any], key: VerifierKey, quorum: Quorum) -> None:
        self._shards = Succession.from_json(header["succession"]).follow(key, quorum=quorum)
        newest = self._shards[-1]
        self._statement = Statement.parse(open_note(header["statement"], [newest.key])[0].text)
        if self._statement.checkpoint != newest.checkpoint:
            raise LedgerTampered("statement: is about another checkpoint than the one that came with it")
        self._findings: list[str] = []
        self._heads: dict[str, tuple[int, str]] = {}

    def check(self, file: BinaryIO) -> Answered:
        entries: list[bytes] = []
        indexes: list[int] = []
        for number, line in enumerate(_lines(file), 1):
            try:
                index, data = self._row(line, after=indexes[-1] if indexes else -1)
            except (LedgerTampered, NoteInvalid, EntryInvalid, ProofFailed) as error:
                self._findings.append(f"line {number + 1}: {error.message}")
                continue
            entries.append(data)
            indexes.append(index)
        if len(entries) != self._statement.count:
            self._findings.append(f"got {len(entries)} entries, the log states {self._statement.count}")
        self._check_heads()
        return Answered(self._statement.asked, tuple(entries), tuple(indexes), tuple(self._findings))

    def _row(self, line: bytes, *, after: int) -> tuple[int, bytes]:
        index, data, path = _parse_line(line)
        if index <= after:
            raise LedgerTampered(f"entry {index}: follows entry {after}; it was doubled or moved")
        shard = self._shards[max(0, bisect_right(self._shards, index, key=lambda each: each.base) - 1)]
        checkpoint, leaf = shard.checkpoint, leaf_hash(data)
        verify_inclusion(leaf, index=index - shard.base, size=checkpoint.size, path=path, root=checkpoint.root)
        link = Link.decode(data)
        if not self._statement.asked.covers(link.entry):
            raise LedgerTampered(f"entry {index}: was not asked for")
        grant = link.entry.grant
        if grant is not None and self._statement.asked.is_whole_chains:
            count, last = self._heads.get(grant, (0, ""))
            if (link.seq, link.prev) != (count + 1, last):
                raise LedgerTampered(f"entry {index}: is number {link.seq} of {grant} and does not follow {count}")
            self._heads[grant] = link.seq, leaf.hex()
        return index, data

    def _check_heads(self) -> None:
        if not self._statement.asked.is_whole_chains:
            return
        stated = {head.grant: (head.count, head.last.hex()) for head in self._statement.heads}
        for grant in sorted(stated.keys() | self._heads.keys()):
            if (found := self._heads.get(grant, (0, ""))) != stated.get(grant, (0, "")):
                self._findings.append(
                    f"grant {grant}: got {found[0]} entries, its chain ends with number {stated.get(grant, (0,))[0]}"
                )


def _parse_line(line: bytes) -> tuple[int, bytes, list[bytes]]:
    try:
        value: Any = json.loads(line)
        index, entry, path = value["index"], value["entry"], value["path"]
        if type(index) is not int or not isinstance(entry, str) or not isinstance(path, list):
            raise TypeError
        return index, entry.encode(), [parse_hash(str(each)) for each in path]
    except (ValueError, KeyError, TypeError):
        raise LedgerTampered("got a line that is no entry with its proof; the file was cut or altered") from None


def _read_header(file: BinaryIO) -> dict[str, Any]:
    line = file.readline(MAX_HEADER_BYTES)
    try:
        header = canonical.decode(line.removesuffix(b"\n"))
    except Invalid:
        header = None
    if isinstance(header, dict) and header.keys() == _FIELDS and header["format"] == FORMAT:
        if isinstance(header["statement"], str):
            return header
        raise LedgerTampered("header: has fields of the wrong form; the file was altered")
    if FORMAT.encode() in line or b'"statement":"' in line:
        raise LedgerTampered("header: the first line is not as it was written; the file was cut or altered")
    raise AnswerInvalid(f"got a file that does not begin as an answer of the ledger ({FORMAT})")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(_MAX_LINE_BYTES):
        yield line
