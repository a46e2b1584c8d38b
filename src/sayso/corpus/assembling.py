"""Assembling: the rows of a corpus from its inputs and the worklogs, and the digest of what they say."""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sayso.corpus.basis import RecordingBasis
from sayso.corpus.duplicates import Candidate, Repeat
from sayso.corpus.errors import CorpusRunFailed
from sayso.corpus.fragments import ORDER
from sayso.corpus.prints import Print
from sayso.corpus.row import USABLE, Segment, SegmentDecision, segment_id
from sayso.corpus.shelf import ScratchShelf
from sayso.corpus.sources import Item
from sayso.corpus.stages import embedding_of
from sayso.corpus.worklog import FinishedWork, Record

Refusal = Callable[[RecordingBasis], str]
"""Why a basis does not hold now, in one word; "" where it does."""

_STRETCH_MS: Final = 1_800_000


@dataclass(frozen=True, slots=True)
class Placed:
    """An item with its place in the corpus: the number of its input and its basis; who speaks, by pseudonym."""

    unit: str
    item: Item
    basis: RecordingBasis
    speaker: str
    options: dict[str, str]
    refused: str = ""

    def measuring(self) -> Record:
        """Return the unit of work of the stage `MeasureStage`."""
        item = self.item
        told = {"reference": item.reference, "options": self.options, "stamp": item.stamp, "cut": item.cut}
        bounds = {"start_ms": item.start_ms, "end_ms": item.end_ms}
        return {"unit": self.unit, "digest": None, "done": [], "speaker": self.speaker, **told, **bounds}

    def cleaning(self, number: int, digest: str, segments: Sequence[Record]) -> Record:
        """Return a unit of work of the stage `Clean` on the recording that had ``digest`` when it was measured."""
        told = {"reference": self.item.reference, "options": self.options, "language": self.item.language}
        who = {"digest": digest, "key_of": self.basis.speaker}
        return {"unit": f"{self.unit}:{number}", "segments": list(segments), **who, **told}


class Listing:
    """The items of a corpus in the order of inputs and names, listed once a run, on the disk."""

    def __init__(self, placed: Iterable[Placed], scratch: Path) -> None:
        """Put down what is ``placed``, on the disk that holds ``scratch``."""
        self._shelf = ScratchShelf(scratch)
        self._inputs: dict[int, Placed] = {}
        for one in placed:
            key = _key(one.unit)
            self._inputs.setdefault(struct.unpack(">QQ", key)[0], one)
            self._shelf.put(key, [one.item.record(), one.speaker])

    def __iter__(self) -> Iterator[Placed]:
        """Yield every item."""
        yield from (self._placed(key, told) for key, told in self._shelf.items())

    def of(self, unit: str) -> Placed:
        """Return the item of a unit of work."""
        return self._placed(_key(unit), self._shelf.get(_key(unit)))

    def _placed(self, key: bytes, told: list[Any]) -> Placed:
        number, place = struct.unpack(">QQ", key)
        return replace(self._inputs[number], unit=f"{number}:{place}", item=Item.of(told[0]), speaker=told[1])


def _key(unit: str) -> bytes:
    return struct.pack(">QQ", *map(int, unit.split(":")))


@dataclass(frozen=True, slots=True)
class MeasuredInput:
    """What the stage `MeasureStage` found: for each item its digest, why it is quarantined, and its segments."""

    placed: Placed
    digest: str
    seconds: float
    reason: str
    segments: tuple[Record, ...] = ()
    copy_of: str = ""
    copy_number: int = 0


@dataclass(frozen=True, slots=True)
class Measures:
    """The worklog of the stage `MeasureStage`, by what is asked of it."""

    found: FinishedWork

    def digest(self, item: Item) -> str | None:
        """Return the digest of an item that was read before, as it is now."""
        record = self.found.get(f"stamp:{item.stamp}")
        return None if record is None else str(record["digest"])

    def whole(self, item: Item) -> Record | None:
        """Return the record of all of an item, where it is finished."""
        digest = self.digest(item) or f"missing:{item.stamp}"
        return self.found.get(digest + item.cut)

    def segments(self, key: str, count: int) -> Iterator[Record]:
        """Yield the segments of the ``count`` parts of a recording."""
        for number in range(count):
            part = self.found.get(f"{key}:{number}")
            if part is None:
                raise CorpusRunFailed(f"the worklog has lost part {number} of a recording; run this again")
            yield from part["segments"]


class HeardSegments:
    """What was found in each item; the same recording again is a copy of the first. On the disk, not in memory."""

    def __init__(self, listing: Listing, measures: Measures, scratch: Path) -> None:
        """Put down which recordings are copies of others."""
        self._listing, self._measures = listing, measures
        self._copies, first = ScratchShelf(scratch), ScratchShelf(scratch)
        for placed in listing:
            whole = None if placed.refused else measures.whole(placed.item)
            if whole is None or whole["reason"]:
                continue
            key = whole["key"].encode()
            held = first.get(key)
            if held is None:
                first.put(key, [self._first(placed, whole), 0])
            else:
                first.put(key, [held[0], held[1] + 1])
                self._copies.put(placed.unit.encode(), [held[0], held[1] + 1])
        first.close()

    def _first(self, placed: Placed, whole: Record) -> str:
        digest = self._measures.digest(placed.item) or ""
        found = next(self._measures.segments(whole["key"], whole["parts"]), None)
        return _nothing(digest, placed.item) if found is None else _id(digest, found)

    def __iter__(self) -> Iterator[MeasuredInput]:
        """Yield what was found, in the order of the items."""
        yield from map(self._found, self._listing)

    def _found(self, placed: Placed) -> MeasuredInput:
        measures = self._measures
        whole = None if placed.refused else measures.whole(placed.item)
        if whole is None:
            return MeasuredInput(placed, "", 0.0, placed.refused or "unread")
        digest = measures.digest(placed.item) or ""
        if whole["reason"]:
            return MeasuredInput(placed, digest, 0.0, whole["reason"])
        copy = self._copies.get(placed.unit.encode())
        if copy is not None:
            return MeasuredInput(placed, digest, whole["seconds"], "", copy_of=copy[0], copy_number=copy[1])
        told = measures.segments(whole["key"], whole["parts"])
        found = tuple({**each, "segment": _id(digest, each)} for each in told)
        return MeasuredInput(placed, digest, whole["seconds"], "", found)


class RepeatedSegments:
    """Which segments repeat another, on the disk."""

    def __init__(self, found: Iterable[tuple[str, Repeat]], scratch: Path) -> None:
        """Put down what was ``found``."""
        self._shelf = ScratchShelf(scratch)
        for segment, repeat in found:
            self._shelf.put(segment.encode(), [repeat.of, repeat.how])

    def get(self, segment: str) -> Repeat | None:
        """Return what a segment repeats, None for nothing."""
        told = self._shelf.get(segment.encode())
        return None if told is None else Repeat(*told)


def _id(digest: str, told: Record) -> str:
    return segment_id(digest, told["start"] / 1000, told["end"] / 1000)


def _nothing(digest: str, item: Item) -> str:
    return segment_id(f"{digest}{item.cut} nothing", 0.0, 0.0)


def candidates(found: Iterable[MeasuredInput]) -> Iterator[Candidate]:
    """Yield what duplicates are looked for among."""
    for one in found:
        for each in one.segments:
            yield Candidate(
                segment=each["segment"],
                content=each["content"],
                print_=Print.decode(each["print"]),
                speaker=one.placed.speaker,
                text=one.placed.item.text,
                seconds=(each["end"] - each["start"]) / 1000,
                bandwidth_hz=each["bandwidth"] or 0.0,
                snr_db=each["snr"] or 0.0,
            )


def cleaning_units(one: MeasuredInput, repeats: RepeatedSegments) -> Iterator[Record]:
    """Yield the work on the segments of a recording that repeat no other, half an hour of it a unit."""
    left = [each for each in one.segments if repeats.get(each["segment"]) is None]
    groups: dict[int, list[Record]] = {}
    for each in left:
        plain = {name: value for name, value in each.items() if name not in {"print", "content"}}
        groups.setdefault(each["start"] // _STRETCH_MS, []).append(plain)
    yield from (one.placed.cleaning(number, one.digest, group) for number, group in sorted(groups.items()))


def rows(one: MeasuredInput, repeats: RepeatedSegments, clean: FinishedWork, versions: Sequence[str]) -> list[Row]:
    """Return the rows of a recording, each with the digest of its sound."""
    item, basis = one.placed.item, one.placed.basis
    common: dict[str, Any] = {
        "source": item.reference,
        "source_digest": one.digest,
        "speaker": one.placed.speaker,
        "sex": item.sex,
        "accent": item.accent,
        "language": item.language,
        **{name: value for name, value in basis.record().items() if name != "speaker"},
        "stage_versions": tuple(versions),
    }
    if not one.segments:
        return [Row(_without_segments(one, common), "")]
    text = item.text if len(one.segments) == 1 else ""
    return [Row(_row(each, common, repeats, clean, text), each["content"]) for each in one.segments]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the catalogue, and the digest of the sound as it was found."""

    segment: Segment
    content: str


def _without_segments(one: MeasuredInput, common: Record) -> Segment:
    whole = {"start_s": 0.0, "end_s": one.seconds, "seconds": one.seconds, "sample_rate_hz": 0, **common}
    name = f"{one.digest}{one.placed.item.cut}"
    if one.reason:
        told = name if one.digest else f"unread {one.placed.item.name}{one.placed.item.cut} {one.placed.unit}"
        segment = segment_id(f"{told} {one.reason}", 0.0, 0.0)
        return Segment(segment=segment, decision=SegmentDecision.QUARANTINED, reasons=(one.reason,), **whole)
    if one.copy_of:
        segment = segment_id(f"{name} copy {one.copy_number}", 0.0, 0.0)
        decision, reasons = SegmentDecision.DUPLICATE, ("same-recording",)
        return Segment(segment=segment, decision=decision, reasons=reasons, duplicate_of=one.copy_of, **whole)
    segment = _nothing(one.digest, one.placed.item)
    return Segment(segment=segment, decision=SegmentDecision.REJECTED, reasons=("no-speech",), **whole)


def _row(told: Record, common: Record, repeats: RepeatedSegments, clean: FinishedWork, text: str) -> Segment:
    repeat, made = repeats.get(told["segment"]), clean.get(told["segment"])
    if repeat is not None:
        became: Record = {"decision": "duplicate", "reasons": (repeat.how,), "duplicate_of": repeat.of}
    elif not made:
        became = {"decision": "quarantined", "reasons": ("killed-its-worker",)}
    else:
        became = {
            "decision": made["decision"],
            "reasons": tuple(made["reasons"]),
            "ovrl": made.get("ovrl"),
            "audio": made["audio"],
            "text": made.get("text") or text,
        }
    start, end = told["start"] / 1000, told["end"] / 1000
    return Segment(
        segment=told["segment"],
        start_s=start,
        end_s=end,
        seconds=round(end - start, 3),
        sample_rate_hz=told["rate"],
        snr_db=told["snr"],
        rt60_s=told["rt60"],
        bandwidth_hz=told["bandwidth"],
        clipped_share=told["clipped"],
        **common,
        **{**became, "decision": SegmentDecision(became["decision"])},
    )


class Rows:
    """The rows of a corpus, added in any order, on the disk: counted, and read in the order of the catalogue."""

    def __init__(self, scratch: Path) -> None:
        """Begin with none."""
        self._rows, self._lines = ScratchShelf(scratch), ScratchShelf(scratch)
        self.count, self.seconds = 0, 0.0
        self.decisions: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        """Add a row, whose embedding, if it has one, the worklog holds."""
        segment, number = row.segment, struct.pack(">Q", self.count)
        key = "\0".join(str(getattr(segment, name)) for name in ORDER)
        self._rows.put(key.encode() + b"\0" + number, segment.record())
        self._lines.put(_line(row).encode() + b"\0" + number, 0)
        self.count += 1
        self.decisions[segment.decision] += 1
        self.seconds += segment.seconds if segment.decision in USABLE else 0.0

    def segments(self, clean: FinishedWork) -> Iterator[Segment]:
        """Yield the rows by speaker, basis, recording and id, with the embeddings that ``clean`` holds."""
        for told in self._rows.values():
            made = clean.get(told["segment"]) if told["decision"] in USABLE else None
            yield Segment.of({**told, "embedding": None if made is None else embedding_of(made)})

    def speakers(self) -> Iterator[str]:
        """Yield who speaks in each row, in the same order."""
        yield from (str(told["speaker"]) for told in self._rows.values())

    def digest(self) -> str:
        """Return the SHA-256, in hex, of contents and decisions, whatever the installation and the order of work.

        Where recordings lie, whose they are, and measures that a processor rounds take no part.
        """
        found = hashlib.sha256()
        for number, (line, _) in enumerate(self._lines.items()):
            found.update((b"\n" if number else b"") + line[:-9])
        return found.hexdigest()


def _line(row: Row) -> str:
    segment = row.segment
    reasons = ",".join(segment.reasons)
    return f"{segment.segment} {row.content} {segment.decision} {reasons} {segment.duplicate_of}"
