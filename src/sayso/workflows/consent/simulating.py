"""Deciding many cases at once, as if: nothing is reserved, made or logged."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sayso.accounts.rights import Right
from sayso.clock import now, parse_stamp
from sayso.consent import Action, Purpose, Request, minutes, signed
from sayso.consent.decision import why
from sayso.consent.signed import SpeakerStanding
from sayso.database import Connection
from sayso.errors import Invalid, NotFound
from sayso.ids import GrantId, SpeakerId, VoiceId, parse_id
from sayso.parsing import once
from sayso.voices.store import list_voices
from sayso.workflows.consent.refusing import why_shown
from sayso.workflows.installation.session import Session

MAX_FILE_BYTES: Final = 256_000_000


class CaseInvalid(Invalid):
    """A line is no case; the message gives its number and the field."""


@dataclass(frozen=True, slots=True)
class Case:
    """What somebody might ask, as a line of the file says it. The defaults are those of `sayso consent why`."""

    voice: str
    licensee: str
    purpose: str
    project: str | None = None
    language: str | None = "en"
    action: str = "synthesize"
    territory: str | None = None
    channel: str | None = None
    at: str | None = None

    def request(self, speaker: SpeakerId) -> Request:
        """Return the request that the case is, to ``speaker``; raise `Invalid` naming the field."""
        return Request(
            speaker=speaker,
            voice=self.voice,
            action=Action(self.action),
            licensee=self.licensee,
            purpose=Purpose(self.purpose),
            project=self.project,
            language=self.language,
            territory=self.territory,
            channel=self.channel,
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What would be decided in one case, found in ``line``."""

    line: int
    case: Case
    grant: GrantId | None
    reasons: tuple[str, ...]

    @property
    def decision(self) -> str:
        """Return the decision as `sayso consent why` says it."""
        return "permitted" if self.grant else "refused"


_NAMES: Final = tuple(field.name for field in fields(Case))
_MUST: Final = ("voice", "licensee", "purpose")
_NOBODY: Final = SpeakerId("spk_aaaaaaaaaaaaaaaa")


def cases_in(file: Path) -> list[tuple[int, Case]]:
    """Return the cases of a file with their line numbers: CSV with a heading if it is called .csv, else JSON Lines.

    Raise `CaseInvalid` for the first line that is no case: each is checked before any is decided.
    """
    try:
        with file.open("rb") as source:
            data = source.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise NotFound(f"the file {file} cannot be read: {error.strerror}") from None
    if len(data) > MAX_FILE_BYTES:
        raise CaseInvalid(f"{file}: got more than {MAX_FILE_BYTES:,} bytes, expected fewer; split it into parts")
    try:
        lines = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise CaseInvalid(f"line {number}: got bytes that are no UTF-8 text") from None
    found = _csv(lines) if file.suffix.lower() == ".csv" else _json_lines(lines)
    return [(number, case_of(number, values)) for number, values in found]


def simulate(session: Session, cases: list[tuple[int, Case]]) -> Iterator[Judged]:
    """Yield what would be decided in each case, all on one state of the grants, now where a case has no ``at``."""
    for licensee in sorted({case.licensee for _, case in cases}):
        session.require_licensee(licensee, Right.SPEECH)
    moment = now()
    with session.read() as tx:
        judge = _Judge(session, tx, moment)
        for line, case in cases:
            yield Judged(line, case, *judge(case))


class _Judge:
    """Decides cases; equal cases once. A voice, and what its speaker grants, is read when first asked for."""

    def __init__(self, session: Session, tx: Connection, moment: datetime) -> None:
        self._session, self._tx, self._moment = session, tx, moment
        self._speakers = {row.voice_id: row.speaker_id for row in list_voices(tx)}
        self._standings: dict[SpeakerId, tuple[SpeakerStanding, minutes.GrantUsage]] = {}
        self._known: dict[Case, tuple[GrantId | None, tuple[str, ...]]] = {}

    def __call__(self, case: Case) -> tuple[GrantId | None, tuple[str, ...]]:
        found = self._known.get(case)
        if found is None:
            found = self._known[case] = self._decide(case)
        return found

    def _decide(self, case: Case) -> tuple[GrantId | None, tuple[str, ...]]:
        speaker = self._speakers.get(VoiceId(case.voice))
        if speaker is None:
            return None, (f"voice: got {case.voice}, which is not here or was erased (nobody can change this)",)
        standing, used = self._standing(speaker)
        answer = why(
            case.request(speaker),
            grants=standing.policy,
            epoch=standing.epoch,
            now=parse_stamp(case.at) if case.at else self._moment,
            used_ms=used.ms,
            used_takes=used.takes,
            deceased=standing.deceased,
            explained=False,
        )
        answer = why_shown(self._session, self._tx, speaker, answer)
        return answer.chosen, answer.reasons

    def _standing(self, speaker: SpeakerId) -> tuple[SpeakerStanding, minutes.GrantUsage]:
        if speaker not in self._standings:
            standing = signed.standing(self._tx, speaker, self._session.policies)
            self._standings[speaker] = standing, minutes.usage(self._tx, speaker)
        return self._standings[speaker]


def _json_lines(lines: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(lines.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, object_pairs_hook=lambda pairs: once(pairs, error=CaseInvalid))
        except CaseInvalid as error:
            raise CaseInvalid(f"line {number}: {error.message}") from None
        except (ValueError, RecursionError):
            raise CaseInvalid(f"line {number}: got {line.strip()[:40]!r}, expected one JSON object") from None
        if not isinstance(value, dict):
            raise CaseInvalid(f"line {number}: got {line.strip()[:40]!r}, expected one JSON object")
        yield number, value


def _csv(lines: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.reader(io.StringIO(lines, newline=""), strict=True)
    try:
        names = next(reader, [])
        _check_names(1, names)
        try:
            once([(name, None) for name in names], error=CaseInvalid)
        except CaseInvalid as error:
            raise CaseInvalid(f"line 1: {error.message}") from None
        for row in reader:
            if len(row) > len(names) or (row and len(row) < len(names)):
                raise CaseInvalid(
                    f"line {reader.line_num}: got {len(row)} cells, expected {len(names)} as in the heading"
                )
            if row:
                yield reader.line_num, {name: cell for name, cell in zip(names, row, strict=True) if cell}
    except csv.Error as error:
        raise CaseInvalid(f"line {reader.line_num}: got no CSV ({error}), expected cells split by commas") from None


def _check_names(number: int, names: list[str] | Mapping[str, Any]) -> None:
    unknown = [name for name in names if name not in _NAMES]
    if unknown:
        raise CaseInvalid(f"line {number}: got the field {unknown[0][:40]!r}, expected some of {', '.join(_NAMES)}")
    missing = [name for name in _MUST if name not in names]
    if missing:
        raise CaseInvalid(f"line {number}: {missing[0]}: got nothing, expected it in every case")


def case_of(number: int, values: Mapping[str, Any]) -> Case:
    """Return the case that the fields of line ``number`` are; raise `CaseInvalid`."""
    _check_names(number, values)
    for name, value in values.items():
        if not isinstance(value, str) and (value is not None or name in (*_MUST, "action")):
            raise CaseInvalid(f"line {number}: {name}: got {str(value)[:40]!r}, expected text")
    case = Case(**values)
    try:
        parse_id("voice", case.voice)
        case.request(_NOBODY)
        if case.at is not None:
            parse_stamp(case.at)
    except Invalid as error:
        raise CaseInvalid(f"line {number}: {error.message}") from None
    except ValueError:
        raise CaseInvalid(
            f"line {number}: action: got {case.action[:40]!r}, expected one of {', '.join(Action)}"
        ) from None
    return case
