"""Samples by quota: the same seed draws the same segments, however the rows lie and whatever other rows there are.

Each segment has a number that follows from its id and the seed alone; of each value those with the lowest are drawn
(bottom-k sampling, Cohen and Kaplan, 2007). So a larger quota keeps what a smaller one drew, and a withdrawal changes
a sample by its own segments and as many in their place.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sayso.corpus.condition import Condition
from sayso.corpus.quota import Amount, Quotas

if TYPE_CHECKING:
    import lance
    import pyarrow as pa

_ID_LENGTH: Final = 36
_HELD: Final = 2_000_000
_HIGHEST: Final = np.uint64(2**64 - 1)
_MIX: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15))


@dataclass(frozen=True, slots=True)
class Stratum:
    """What was drawn of one value, and whether that is all that was asked for."""

    value: str
    segments: int
    seconds: float
    is_filled: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample: where its rows lie in the dataset, and what was drawn of each value."""

    places: np.ndarray
    strata: tuple[Stratum, ...]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Candidates of one value: their numbers, lengths in seconds, and addresses."""

    priority: np.ndarray
    seconds: np.ndarray
    address: np.ndarray

    def cut(self, amount: Amount) -> _Drawn:
        """Return the candidates with the lowest numbers that fill ``amount``, in that order."""
        if amount.segments is not None and len(self.priority) > amount.segments:
            highest = np.partition(self.priority, amount.segments - 1)[amount.segments - 1]
            low = self.priority <= highest
            return _Drawn(self.priority[low], self.seconds[low], self.address[low]).first(amount)
        return self.first(amount)

    def first(self, amount: Amount) -> _Drawn:
        """Return those that fill ``amount`` when all are put in order."""
        order = np.lexsort((self.address, self.priority))
        if amount.segments is not None:
            order = order[: amount.segments]
        elif amount.seconds is not None:
            before = np.cumsum(self.seconds[order]) - self.seconds[order]
            order = order[before < amount.seconds]
        return _Drawn(self.priority[order], self.seconds[order], self.address[order])

    def fills(self, amount: Amount) -> bool:
        """Return whether they are as much as ``amount`` asks for."""
        if amount.segments is not None:
            return len(self.priority) >= amount.segments
        return float(self.seconds.sum()) >= (amount.seconds or 0.0)


@dataclass(slots=True)
class _Held:
    """What is drawn of one value so far, and the highest number that may still be drawn."""

    amount: Amount
    parts: list[_Drawn] = field(default_factory=list)
    limit: np.uint64 = _HIGHEST

    def add(self, drawn: _Drawn) -> None:
        """Take candidates; what can no longer be drawn is let go once it is as much as what can."""
        self.parts.append(drawn.cut(self.amount))
        wanted = self.amount.segments
        if sum(len(one.priority) for one in self.parts) > (_HELD if wanted is None else min(2 * wanted, _HELD)):
            self.parts = [_joined(self.parts).cut(self.amount)]
            if wanted is not None and len(self.parts[0].priority) >= wanted > 0:
                self.limit = self.parts[0].priority.max()


def sample(rows: lance.LanceDataset, quotas: Quotas, seed: int, allowed: Condition) -> Sample:
    """Draw segments that ``allowed`` holds for by ``quotas``."""
    asked = allowed
    if "*" not in quotas.amounts:
        asked = Condition.among(quotas.column, set(quotas.amounts)) & allowed
    drawn: dict[str, _Held] = {}
    columns = list(dict.fromkeys(["segment", "seconds", quotas.column]))
    scan = rows.scanner(
        columns=columns, filter=asked.sql, with_row_address=True, batch_size=65_536, late_materialization=False
    )
    for batch in scan.to_batches():
        _take(batch, quotas, seed, drawn)
    return _finish(rows, quotas, drawn)


def _take(batch: pa.RecordBatch, quotas: Quotas, seed: int, drawn: dict[str, _Held]) -> None:
    priority = priorities(batch["segment"], seed)
    codes = batch[quotas.column].dictionary_encode()
    which = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    amounts = {code: (value, quotas.amount(value)) for code, value in enumerate(codes.dictionary.to_pylist())}
    held = {code: drawn.setdefault(value, _Held(amount)) for code, (value, amount) in amounts.items() if amount}
    limits = np.zeros(len(amounts) + 1, np.uint64)  # the last is that of rows without a value
    limits[list(held)] = [one.limit for one in held.values()]
    near = np.flatnonzero(priority <= limits[which])
    seconds, address = batch["seconds"].to_numpy(), batch["_rowaddr"].to_numpy()
    for code, one in held.items():
        mine = near[which[near] == code]
        one.add(_Drawn(priority[mine], seconds[mine], address[mine]))


def _joined(parts: list[_Drawn]) -> _Drawn:
    return _Drawn(
        np.concatenate([one.priority for one in parts]),
        np.concatenate([one.seconds for one in parts]),
        np.concatenate([one.address for one in parts]),
    )


def _finish(rows: lance.LanceDataset, quotas: Quotas, drawn: dict[str, _Held]) -> Sample:
    strata, addresses = [], []
    for value in sorted({*drawn, *quotas.amounts} - {"*"}):
        amount = quotas.amount(value)
        if amount is None:
            continue
        held = drawn.get(value)
        if held is None:
            strata.append(Stratum(value, 0, 0.0, is_filled=False))
            continue
        last = _joined(held.parts).cut(amount)
        strata.append(Stratum(value, len(last.priority), float(last.seconds.sum()), is_filled=last.fills(amount)))
        addresses.append(last.address)
    found = np.concatenate(addresses) if addresses else np.zeros(0, np.uint64)
    return Sample(places(rows, found), tuple(strata))


def places(rows: lance.LanceDataset, addresses: np.ndarray) -> np.ndarray:
    """Return the places in ``rows``, as `take` counts them, of row addresses; its files have no rows marked deleted."""
    fragments = list(rows.get_fragments())
    first, counted = {}, 0
    for one in fragments:
        first[one.fragment_id] = counted
        counted += one.metadata.num_rows
    base = np.array([first[int(each)] for each in addresses >> np.uint64(32)], np.int64)
    return base + (addresses & np.uint64(0xFFFFFFFF)).astype(np.int64)


def priorities(segments: Any, seed: int) -> np.ndarray:
    """Return a number for each segment id under ``seed``: ``"segments"`` uint64."""
    count = len(segments)
    words = _words(segments, count)
    key = hashlib.sha256(f"sample {seed}".encode()).digest()
    found = np.full(count, int.from_bytes(key[:8], "little"), np.uint64)
    for column in range(words.shape[1]):
        # Multilinear hashing (Lemire and Kaser, 2014): odd factors that follow from the seed, one mixing at the end.
        found += words[:, column] * np.uint64(int.from_bytes(key[8 + 6 * column : 14 + 6 * column], "little") << 16 | 1)
    return _mixed(found)


def _words(segments: Any, count: int) -> np.ndarray:
    """Return each id as words of 64 bits: of its hex digits, or of a hash of what `segment_id` did not make."""
    import pyarrow.compute as pc  # noqa: PLC0415 - of the extra

    lengths = pc.binary_length(segments)
    if count and pc.all(pc.equal(lengths, _ID_LENGTH)).as_py():
        start = int(np.frombuffer(segments.buffers()[1], np.int32)[segments.offset])
        raw = np.frombuffer(segments.buffers()[2], np.uint8, count * _ID_LENGTH, start).reshape(count, _ID_LENGTH)
        return np.frombuffer(raw[:, 4:].tobytes(), np.uint64).reshape(count, 4)
    told = b"".join(hashlib.sha256(str(one).encode()).digest() for one in segments.to_pylist())
    return np.frombuffer(told, np.uint64).reshape(count, 4)


def _mixed(values: np.ndarray) -> np.ndarray:
    """Return ``values`` mixed by SplitMix64 (Steele, Lea and Flood, 2014)."""
    with np.errstate(over="ignore"):
        values = values + _MIX[2]
        values = (values ^ (values >> np.uint64(30))) * _MIX[0]
        values = (values ^ (values >> np.uint64(27))) * _MIX[1]
    mixed: np.ndarray = values ^ (values >> np.uint64(31))
    return mixed
