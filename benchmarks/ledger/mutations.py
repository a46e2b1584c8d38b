"""Alters the stored log and its index at random, once at a time, and prints JSON: which kinds of change are found.

A log of three shards and two keys is set up once; each change is made, looked for as `sayso ledger verify log` does,
and taken back. What is found must be found by the audit of the log itself, without the state's tables. A change that
alters nothing that anybody reads is not made: it would prove nothing. The rollback of files and database together,
which nothing inside can see, is what witnesses are for: tests/ledger/test_witness.py.
Arguments: how many changes (default 10,000), and the seed (default 1).
"""
# ruff: noqa: S608 - the statements are those of this file

from __future__ import annotations

import contextlib
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from sayso.clock import parse_stamp
from sayso.database import connect, metadata
from sayso.errors import Tampered
from sayso.ledger import Entry, Log, append_all
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.cosigning import merged
from sayso.ledger.merkle import leaf_hash
from sayso.ledger.note import COSIGNATURE, Note, SignerKey
from sayso.ledger.tiles import decode_bundle, encode_bundle

KEY = bytes(range(32))
ORIGIN = "sayso.local/mutations"
GRANTS = ["grt_" + letter * 16 for letter in "abcdefgh"]
STEPS = (3, 250, 40, 7)
TABLES = ("ledger_entries", "ledger_chains", "ledger_published", "ledger_shards")
FACTS = ("licensee", "purpose", "project", "clip")

Change = Callable[["Stand", random.Random], str]


class Stand:
    """A log that is altered and put right again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "ledger"
        self.at = parse_stamp("2026-11-22")
        self.database = connect(f"sqlite:///{folder / 'state.sqlite'}")
        metadata.create_all(self.database.engine)
        self.log = Log(
            self.database, self.folder, key=KEY, origin=ORIGIN, later=lambda n: bytes([n]) * 32, now=lambda: self.at
        )
        self.grown = 0
        self.older: list[tuple[dict[Path, bytes], dict[str, list[tuple]]]] = []
        self.raw = sqlite3.connect(folder / "state.sqlite", isolation_level=None)
        self.grow(STEPS)
        self.log.rotate()
        self.grow(STEPS)
        self.at = parse_stamp("2027-01-02")
        self.grow(STEPS)
        with self.database.write() as tx:
            append_all(tx, [self.entry(self.grown + place) for place in range(5)])
        self.files, self.rows = self.read()

    def grow(self, steps: tuple[int, ...]) -> None:
        for step in steps:
            with self.database.write() as tx:
                append_all(tx, [self.entry(self.grown + place) for place in range(step)])
            self.grown += step
            self.log.integrate()
            self.older.append(self.read())

    def entry(self, number: int) -> Entry:
        facts = {
            "licensee": f"Acme {number % 3}",
            "purpose": ("audiobook/crime", "podcast")[number % 2],
            "project": f"p-{number % 7}",
            "clip": f"clp_{number:016d}",
            "number": number,
        }
        grant = None if number % 9 == 8 else GRANTS[number % len(GRANTS)]
        return Entry("synthesis:clip:made", "2026-11-22T20:36:00.123Z", grant, facts)

    def read(self) -> tuple[dict[Path, bytes], dict[str, list[tuple]]]:
        files = {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file() and path.stat().st_size}
        rows = {table: self.raw.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES}
        return files, rows

    def is_altered(self) -> bool:
        return self.read() != (self.files, self.rows)

    def put_back(self) -> None:
        now, rows = self.read()
        for path in now.keys() - self.files.keys():
            path.unlink()
        for path, data in self.files.items():
            if now.get(path) != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        if rows != self.rows:
            self.put_rows(self.rows, instead_of=rows)

    def put_rows(self, rows: dict[str, list[tuple]], *, instead_of: dict[str, list[tuple]]) -> None:
        with self.transaction():
            for table in TABLES:
                is_, was = instead_of[table], rows[table]
                kept = {*is_} & {*was}
                self.raw.executemany(
                    f"DELETE FROM {table} WHERE {KEYS[table]} = ?", [(r[0],) for r in is_ if r not in kept]
                )
                marks = ", ".join("?" * len(was[0])) if was else ""
                self.raw.executemany(f"INSERT INTO {table} VALUES ({marks})", [r for r in was if r not in kept])

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        self.raw.execute("BEGIN IMMEDIATE")
        yield
        self.raw.execute("COMMIT")

    def is_found(self) -> bool:
        try:
            self.log.audit().require_clean()
        except Tampered:
            return True
        return False


KEYS = {
    "ledger_entries": "ticket",
    "ledger_chains": "grant_id",
    "ledger_published": "origin",
    "ledger_shards": "number",
}


def some(stand: Stand, draw: random.Random, *, part: str = "") -> Path:
    return draw.choice(sorted(path for path in stand.files if part in path.relative_to(stand.folder).as_posix()))


def flipped(data: bytes, draw: random.Random) -> bytes:
    bit = draw.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def flip_in(part: str) -> Change:
    def change(stand: Stand, draw: random.Random) -> str:
        path = some(stand, draw, part=part)
        path.write_bytes(flipped(stand.files[path], draw))
        return str(path)

    return change


def needed(stand: Stand, draw: random.Random) -> Path:
    """Return a file that the log needs: a partial tile that a wider one has taken the place of may go."""
    names = {path: path.parent for path in stand.files if path.parent.suffix == ".p"}
    widest = {parent: max(int(path.name) for path, of in names.items() if of == parent) for parent in names.values()}
    return draw.choice(
        sorted(path for path in stand.files if path not in names or int(path.name) == widest[names[path]])
    )


def delete_file(stand: Stand, draw: random.Random) -> str:
    path = needed(stand, draw)
    path.unlink()
    return str(path)


def cut_file(stand: Stand, draw: random.Random) -> str:
    path = some(stand, draw)
    path.write_bytes(stand.files[path][: draw.randrange(len(stand.files[path]))])
    return str(path)


def lengthen_file(stand: Stand, draw: random.Random) -> str:
    path = some(stand, draw)
    path.write_bytes(stand.files[path] + draw.randbytes(draw.randrange(1, 40)))
    return str(path)


def swap_files(stand: Stand, draw: random.Random) -> str:
    one, two = some(stand, draw), some(stand, draw)
    one.write_bytes(stand.files[two])
    two.write_bytes(stand.files[one])
    return f"{one} {two}"


def bundled(stand: Stand, draw: random.Random) -> tuple[Path, list[bytes]]:
    path = some(stand, draw, part="entries")
    width = int(path.name) if path.parent.suffix == ".p" else 256
    return path, decode_bundle(stand.files[path], width=width)


def reorder_bundle(stand: Stand, draw: random.Random) -> str:
    path, entries = bundled(stand, draw)
    one, two = draw.randrange(len(entries)), draw.randrange(len(entries))
    entries[one], entries[two] = entries[two], entries[one]
    path.write_bytes(encode_bundle(entries))
    return str(path)


def double_in_bundle(stand: Stand, draw: random.Random) -> str:
    path, entries = bundled(stand, draw)
    place = draw.randrange(len(entries))
    path.write_bytes(encode_bundle([*entries[:place], entries[place], *entries[place:]][: len(entries)]))
    return str(path)


def omit_from_bundle(stand: Stand, draw: random.Random) -> str:
    path, entries = bundled(stand, draw)
    del entries[draw.randrange(len(entries))]
    path.write_bytes(encode_bundle(entries))
    return str(path)


def roll_back_files(stand: Stand, draw: random.Random) -> str:
    """Put the folder back to what it was at an earlier checkpoint."""
    files, _ = draw.choice(stand.older[:-1])
    shutil.rmtree(stand.folder)
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return "files"


def roll_back_checkpoint(stand: Stand, draw: random.Random) -> str:
    files, _ = draw.choice(stand.older[:-1])
    path = draw.choice(sorted(path for path in files if path.name == "checkpoint"))
    path.write_bytes(files[path])
    return str(path)


def roll_back_database(stand: Stand, draw: random.Random) -> str:
    _, rows = draw.choice(stand.older[:-1])
    stand.put_rows(rows, instead_of=stand.rows)
    return "database"


def fork(stand: Stand, draw: random.Random) -> str:
    """Alter an entry in bundle, tile and row, so that they agree; nothing can be signed again without the key."""
    path, entries = bundled(stand, draw)
    place = draw.randrange(len(entries))
    new = flipped(entries[place], draw)
    entries[place] = new
    path.write_bytes(encode_bundle(entries))
    tile = Path(str(path).replace("tile/entries/", "tile/0/"))
    if tile in stand.files:
        hashes = bytearray(stand.files[tile])
        hashes[place * 32 : place * 32 + 32] = leaf_hash(new)
        tile.write_bytes(hashes)
    old = decode_bundle(stand.files[path], width=len(entries))[place]
    stand.raw.execute("UPDATE ledger_entries SET data = ?, leaf = ? WHERE data = ?", (new, leaf_hash(new), old))
    return str(path)


def sign_with_another_key(stand: Stand, draw: random.Random) -> str:
    path = some(stand, draw, part="checkpoint")
    text = Note.parse(stand.files[path].decode()).text
    checkpoint = Checkpoint.parse(text)
    other = SignerKey(checkpoint.origin, draw.randbytes(32))
    path.write_text(checkpoint.signed([other]))
    return str(path)


def forge_size(stand: Stand, draw: random.Random) -> str:
    path = some(stand, draw, part="checkpoint")
    note = Note.parse(stand.files[path].decode())
    old = Checkpoint.parse(note.text)
    path.write_text(
        str(Note(Checkpoint(old.origin, old.size + draw.choice((-1, 1, 7)), old.root).text, note.signatures))
    )
    return str(path)


def forge_cosignature(stand: Stand, draw: random.Random) -> str:
    """Put the checkpoint of one shard in the place of another's, a witness's line and all."""
    paths = sorted(path for path in stand.files if path.name == "checkpoint")
    one, two = draw.sample(paths, 2)
    note = stand.files[two].decode()
    witness = SignerKey("witness.example/w", draw.randbytes(32), type=COSIGNATURE)
    one.write_text(merged(note, [witness.cosign(Note.parse(note).text, 1_800_000_000)]))
    return str(one)


def alter_column(table: str) -> Change:
    def change(stand: Stand, draw: random.Random) -> str:
        columns = [row[1] for row in stand.raw.execute(f"PRAGMA table_info({table})")]
        row = draw.choice(stand.rows[table])
        place = draw.randrange(len(columns))
        new = altered(row[place], draw)
        with contextlib.suppress(sqlite3.IntegrityError):  # then nothing has changed, and another draw is made
            statement = f"UPDATE {table} SET {columns[place]} = ? WHERE {KEYS[table]} = ?"
            stand.raw.execute(statement, (new, row[0]))
        return f"{table}.{columns[place]} {row[0]}"

    return change


def altered(value: object, draw: random.Random) -> object:
    if isinstance(value, bytes):
        return draw.choice((flipped(value, draw), value[:-1], b"")) if value else b"x"
    if isinstance(value, int):
        return value + draw.choice((-1, 1, 2, 100_000))
    if isinstance(value, str):
        return draw.choice((value + "x", value[:-1], value.swapcase(), value[::-1]))
    return draw.choice((7, "x", b"x"))


def delete_row(table: str) -> Change:
    def change(stand: Stand, draw: random.Random) -> str:
        row = draw.choice(stand.rows[table])
        stand.raw.execute(f"DELETE FROM {table} WHERE {KEYS[table]} = ?", (row[0],))
        return f"{table} {row[0]}"

    return change


def swap_rows(stand: Stand, draw: random.Random) -> str:
    """Exchange what two rows hold, but for their tickets and places."""
    names = ("grant_id", "seq", "type", "at", "leaf", "receipt", "data", *FACTS)
    taken = draw.choice((names, ("data", "leaf"), ("receipt",), FACTS, ("grant_id", "seq")))
    one, two = draw.sample([row[0] for row in stand.rows["ledger_entries"]], 2)
    with stand.transaction():
        read = f"SELECT {', '.join(taken)} FROM ledger_entries WHERE ticket = ?"
        write = f"UPDATE ledger_entries SET {', '.join(f'{name} = ?' for name in taken)} WHERE ticket = ?"
        first, second = (stand.raw.execute(read, (ticket,)).fetchone() for ticket in (one, two))
        if {"grant_id", "seq"} <= {*taken}:
            stand.raw.execute("UPDATE ledger_entries SET grant_id = NULL, seq = -1 WHERE ticket = ?", (one,))
        stand.raw.execute(write, (*first, two))
        stand.raw.execute(write, (*second, one))
    return f"{one} {two} {taken}"


def swap_places(stand: Stand, draw: random.Random) -> str:
    placed = [row[0] for row in stand.rows["ledger_entries"] if row[1] is not None]
    one, two = draw.sample(placed, 2)
    with stand.transaction():
        places = [
            stand.raw.execute("SELECT entry_index FROM ledger_entries WHERE ticket = ?", (t,)).fetchone()[0]
            for t in (one, two)
        ]
        for ticket, place in ((one, -5), (two, places[0]), (one, places[1])):
            stand.raw.execute("UPDATE ledger_entries SET entry_index = ? WHERE ticket = ?", (place, ticket))
    return f"{one} {two}"


def double_row(stand: Stand, draw: random.Random) -> str:
    """Put in a copy of an entry under a new ticket, waiting, placed behind the last one, or behind its chain."""
    row = list(draw.choice(stand.rows["ledger_entries"]))
    row[0] = max(each[0] for each in stand.rows["ledger_entries"]) + 1
    row[1] = draw.choice((None, max(each[1] or 0 for each in stand.rows["ledger_entries"]) + 1))
    row[3] = row[3] if row[2] is None else 10_000
    stand.raw.execute(f"INSERT INTO ledger_entries VALUES ({', '.join('?' * len(row))})", row)
    return str(row[0])


def drop_tail(stand: Stand, draw: random.Random) -> str:
    """Remove the last placed rows, and let their chains end before them."""
    last = max(row[1] or 0 for row in stand.rows["ledger_entries"])
    stand.raw.execute("DELETE FROM ledger_entries WHERE entry_index > ?", (last - draw.randrange(1, 20),))
    stand.raw.execute(
        "UPDATE ledger_chains SET seq = coalesce((SELECT max(seq) FROM ledger_entries e WHERE e.grant_id ="
        " ledger_chains.grant_id), 0)"
    )
    return "tail"


def mislead_index(stand: Stand, draw: random.Random) -> str:
    """Alter one of the columns that entries are found by."""
    name = draw.choice((*FACTS, "type", "at"))
    ticket = draw.choice([row[0] for row in stand.rows["ledger_entries"]])
    stand.raw.execute(
        f"UPDATE ledger_entries SET {name} = ? WHERE ticket = ?", (draw.choice(("", "else", "x/y")), ticket)
    )
    return f"{name} {ticket}"


CHANGES: dict[str, Change] = {
    "bit in a hash tile": flip_in("tile/0"),
    "bit in an upper tile": flip_in("tile/1"),
    "bit in a bundle": flip_in("tile/entries"),
    "bit in a checkpoint": flip_in("checkpoint"),
    "file deleted": delete_file,
    "file cut": cut_file,
    "file lengthened": lengthen_file,
    "two files exchanged": swap_files,
    "entries of a bundle reordered": reorder_bundle,
    "entry doubled in a bundle": double_in_bundle,
    "entry left out of a bundle": omit_from_bundle,
    "files rolled back": roll_back_files,
    "checkpoint rolled back": roll_back_checkpoint,
    "database rolled back": roll_back_database,
    "entry forged in bundle, tile and row": fork,
    "checkpoint signed by another key": sign_with_another_key,
    "checkpoint of another size": forge_size,
    "checkpoint of another shard": forge_cosignature,
    "column of an entry": alter_column("ledger_entries"),
    "column of a chain": alter_column("ledger_chains"),
    "column of what was published": alter_column("ledger_published"),
    "column of a shard": alter_column("ledger_shards"),
    "entry's row deleted": delete_row("ledger_entries"),
    "chain's row deleted": delete_row("ledger_chains"),
    "published row deleted": delete_row("ledger_published"),
    "shard's row deleted": delete_row("ledger_shards"),
    "two rows exchanged": swap_rows,
    "two places exchanged": swap_places,
    "row doubled": double_row,
    "last rows removed, chains shortened": drop_tail,
    "index column altered": mislead_index,
}


def run(count: int, seed: int, folder: Path) -> dict[str, object]:
    """Make ``count`` changes, all kinds in turn; return how many of each were made, and those that were not found."""
    draw = random.Random(seed)
    stand = Stand(folder)
    if stand.is_found():
        raise SystemExit("the untouched log is not clean: " + "; ".join(stand.log.audit().findings[:3]))
    made: Counter[str] = Counter()
    missed: list[str] = []
    kinds = list(CHANGES)
    while made.total() < count:
        kind = kinds[made.total() % len(kinds)]
        what = CHANGES[kind](stand, draw)
        if stand.is_altered():
            made[kind] += 1
            if not stand.is_found():
                missed.append(f"{kind}: {what}")
            stand.put_back()
    if stand.is_found():
        raise SystemExit("the log was not put right again")
    stand.raw.close()
    stand.database.close()
    return {"made": made.total(), "found": made.total() - len(missed), "kinds": dict(made), "missed": missed}


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        result = run(number, int(sys.argv[2]) if len(sys.argv) > 2 else 1, Path(temporary))
    print(json.dumps({**result, "took_s": round(time.perf_counter() - start, 1)}))
