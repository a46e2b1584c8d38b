"""Assembling: the rows of a corpus from its inputs and the worklogs, and the digest of what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sayso.corpus.basis import RecordingBasis
from sayso.corpus.duplicates import Candidate, Repeat
from sayso.corpus.prints import Print
from sayso.corpus.row import Segment, SegmentDecision, segment_id
from sayso.corpus.sources import Item
from sayso.corpus.stages import embedding_of
from sayso.corpus.worklog import Record

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

    def measuring(self, digest: str | None, done: Sequence[int]) -> Record:
        """Return the unit of work of the stage `MeasureStage`."""
        item = self.item
        told = {"reference": item.reference, "options": self.options, "stamp": item.stamp, "cut": item.cut}
        bounds = {"start_ms": item.start_ms, "end_ms": item.end_ms}
        return {"unit": self.unit, "digest": digest, "done": list(done), **told, **bounds}

    def cleaning(self, number: int, digest: str, segments: Sequence[Record]) -> Record:
        """Return a unit of work of the stage `Clean` on the recording that had ``digest`` when it was measured."""
        told = {"reference": self.item.reference, "options": self.options, "language": self.item.language}
        who = {"digest": digest, "key_of": self.basis.speaker}
        return {"unit": f"{self.unit}:{number}", "segments": list(segments), **who, **told}


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


@dataclass(slots=True)
class Measures:
    """The worklog of the stage `MeasureStage`, by what is asked of it."""

    found: Mapping[str, Record]
    parts: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note which parts of which recordings are there."""
        for key in self.found:
            whole, _, number = key.rpartition(":")
            if number.isdigit() and not key.startswith(("stamp:", "missing:")):
                self.parts.setdefault(whole, []).append(int(number))

    def digest(self, item: Item) -> str | None:
        """Return the digest of an item that was read before, as it is now."""
        record = self.found.get(f"stamp:{item.stamp}")
        return None if record is None else str(record["digest"])

    def whole(self, item: Item) -> Record | None:
        """Return the record of all of an item, where it is finished."""
        digest = self.digest(item) or f"missing:{item.stamp}"
        return self.found.get(digest + item.cut)

    def left(self, placed: Placed) -> Record | None:
        """Return the unit of work that is left of an item, None for none."""
        if placed.refused or self.whole(placed.item) is not None:
            return None
        digest = self.digest(placed.item)
        return placed.measuring(digest, sorted(self.parts.get((digest or "") + placed.item.cut, ())))


def heard(items: Iterable[Placed], measures: Measures) -> Iterator[MeasuredInput]:
    """Yield what was found in each item, in order; the same recording again is a copy of the first."""
    first: dict[str, str] = {}
    copies: dict[str, int] = {}
    for placed in items:
        whole = None if placed.refused else measures.whole(placed.item)
        if whole is None:
            yield MeasuredInput(placed, "", 0.0, placed.refused or "unread")
            continue
        digest, key = measures.digest(placed.item) or "", whole["key"]
        if whole["reason"]:
            yield MeasuredInput(placed, digest, 0.0, whole["reason"])
        elif key in first:
            copies[key] = copies.get(key, 0) + 1
            yield MeasuredInput(placed, digest, whole["seconds"], "", copy_of=first[key], copy_number=copies[key])
        else:
            found = [{**each, "segment": _id(digest, each)} for each in _segments(measures, key, whole["parts"])]
            first[key] = found[0]["segment"] if found else _nothing(digest, placed.item)
            yield MeasuredInput(placed, digest, whole["seconds"], "", tuple(found))


def _segments(measures: Measures, key: str, count: int) -> Iterator[Record]:
    for number in range(count):
        yield from measures.found[f"{key}:{number}"]["segments"]


def _id(digest: str, told: Record) -> str:
    return segment_id(digest, told["start"] / 1000, told["end"] / 1000)


def _nothing(digest: str, item: Item) -> str:
    return segment_id(f"{digest}{item.cut} nothing", 0.0, 0.0)


def candidates(found: Iterable[MeasuredInput]) -> list[Candidate]:
    """Return what duplicates are looked for among."""
    return [
        Candidate(
            segment=each["segment"],
            content=each["content"],
            print_=Print.decode(each["print"]),
            speaker=one.placed.speaker,
            text=one.placed.item.text,
            seconds=(each["end"] - each["start"]) / 1000,
            bandwidth_hz=each["bandwidth"] or 0.0,
            snr_db=each["snr"] or 0.0,
        )
        for one in found
        for each in one.segments
    ]


def cleaning_units(
    one: MeasuredInput, repeats: Mapping[str, Repeat], is_done: Callable[[str], bool]
) -> Iterator[Record]:
    """Yield the work that is left on the segments of a recording, half an hour of it a unit."""
    left = [each for each in one.segments if each["segment"] not in repeats and not is_done(each["segment"])]
    groups: dict[int, list[Record]] = {}
    for each in left:
        plain = {name: value for name, value in each.items() if name not in {"print", "content"}}
        groups.setdefault(each["start"] // _STRETCH_MS, []).append(plain)
    yield from (one.placed.cleaning(number, one.digest, group) for number, group in sorted(groups.items()))


def rows(
    one: MeasuredInput, repeats: Mapping[str, Repeat], clean: Mapping[str, Record], versions: Sequence[str]
) -> list[Row]:
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


def _row(
    told: Record, common: Record, repeats: Mapping[str, Repeat], clean: Mapping[str, Record], text: str
) -> Segment:
    repeat, made = repeats.get(told["segment"]), clean.get(told["segment"], {})
    if repeat is not None:
        became: Record = {"decision": "duplicate", "reasons": (repeat.how,), "duplicate_of": repeat.of}
    elif not made:
        became = {"decision": "quarantined", "reasons": ("killed-its-worker",)}
    else:
        became = {
            "decision": made["decision"],
            "reasons": tuple(made["reasons"]),
            "ovrl": made.get("ovrl"),
            "embedding": embedding_of(made),
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


def digest_of_rows(found: Iterable[Row]) -> str:
    """Return the SHA-256, in hex, of contents and decisions, whatever the installation and the order of work.

    Where recordings lie, whose they are, and measures that a processor rounds take no part.
    """
    lines = sorted(
        f"{row.segment.segment} {row.content} {row.segment.decision} {','.join(row.segment.reasons)} "
        f"{row.segment.duplicate_of}"
        for row in found
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
