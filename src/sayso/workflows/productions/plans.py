"""The plan of a production: its script with every voice and phrase, sealed in one row, and what follows from it.

The plan says all that a run needs, so that a changed file, lexicon or cast changes nothing until it is planned anew.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.ids import ClipId, ProductionId, new_id, parse_id
from sayso.ids import derived_id as derived
from sayso.ledger import append
from sayso.ledger.account_acts import ProductionKept
from sayso.mark import Mark
from sayso.productions import store
from sayso.productions.errors import LineUnknown
from sayso.productions.manuscript import Cover
from sayso.productions.script import Line
from sayso.productions.store import ProductionRow
from sayso.synthesis import Phrase, estimate_ms, script
from sayso.workflows.installation.rows import committed_account
from sayso.workflows.installation.session import Session
from sayso.workflows.voices.house import house_speaker

_FIELD = "production plan"


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line with the voice that says it and the phrases that it is said in.

    ``key`` follows from all that is heard: voice, speed and phrases. A line that did not change has the same key in
    the next plan, and is not made again. ``bound_ms`` is an upper bound of its length.
    """

    line: Line
    voice: str
    phrases: tuple[Phrase, ...]
    key: str
    bound_ms: int

    @property
    def text(self) -> str:
        """Return what is spoken."""
        return script(self.phrases)


@dataclass(frozen=True, slots=True)
class PlannedChapter:
    """A chapter, which becomes one file."""

    number: int
    title: str
    lines: tuple[PlannedLine, ...]


@dataclass(frozen=True, slots=True)
class ProductionPlan:
    """What is to be made. ``takes`` counts, by key, how often a line was asked for anew."""

    title: str
    author: str
    language: str
    chapters: tuple[PlannedChapter, ...]
    dropped: tuple[str, ...] = ()
    takes: Mapping[str, int] = field(default_factory=dict)
    announced: bool = False
    territory: str | None = None
    channel: str | None = None
    cover: Cover | None = None

    def lines(self) -> Iterator[PlannedLine]:
        """Yield every line, in order."""
        for chapter in self.chapters:
            yield from chapter.lines

    @property
    def voices(self) -> tuple[str, ...]:
        """Return the voices, in order of appearance."""
        return tuple(dict.fromkeys(line.voice for line in self.lines()))

    def line(self, label: str) -> PlannedLine:
        """Return the line of this label; raise `LineUnknown`."""
        found = next((line for line in self.lines() if line.line.label == label), None)
        if found is None:
            raise LineUnknown(f"got the line {label[:20]!r}, expected one such as {next(self.lines()).line.label}")
        return found


@dataclass(frozen=True, slots=True)
class Production:
    """A production: for whom, what for, and its plan."""

    production_id: ProductionId
    licensee: str
    purpose: str
    project: str | None
    created_at: str
    plan: ProductionPlan

    def take_number(self, line: PlannedLine) -> int:
        """Return how often the line was asked for anew."""
        return self.plan.takes.get(line.key, 0)

    def clip(self, line: PlannedLine, attempt: int = 0) -> ClipId:
        """Return the id of the line's clip: always the same, so that it is made and charged once.

        ``attempt`` counts the clips that were made because the one before stood out.
        """
        return ClipId(derived("clip", self.production_id, line.key, self._numbered(line, attempt)))

    def mark(self, line: PlannedLine, attempt: int = 0) -> Mark:
        """Return the mark of the line's clip, which follows from production, line and attempt."""
        named = f"sayso production mark\n{self.production_id}\n{line.key}\n{self._numbered(line, attempt)}"
        return Mark(int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big"))

    def _numbered(self, line: PlannedLine, attempt: int) -> str:
        return f"{self.take_number(line)}.{attempt}" if attempt else str(self.take_number(line))


def keyed(lines: Sequence[tuple[Line, str, str, tuple[Phrase, ...]]]) -> list[PlannedLine]:
    """Return planned lines of (line, voice, digest of the voice, phrases), each with its key.

    A line that is said twice with all the same gets two keys, so that each has a clip of its own.
    """
    seen: Counter[str] = Counter()
    found = []
    for line, voice, voice_digest, phrases in lines:
        heard = [voice_digest, line.speed, [[phrase.text, phrase.pause_ms] for phrase in phrases]]
        digest = hashlib.sha256(json.dumps(heard).encode()).hexdigest()[:24]
        key = f"{digest}-{seen[digest]}"
        seen[digest] += 1
        found.append(PlannedLine(line, voice, phrases, key, estimate_ms(script(phrases), speed=line.speed)))
    return found


def kept(session: Session, production: Production, *, is_new: bool) -> None:
    """Keep the plan, sealed, and log a commitment to it; a new production is entered."""
    session.require(Right.SPEECH)
    production_id = production.production_id
    house = house_speaker(session)
    sealed = session.vault.seal_field(_encoded(production.plan), house, field=f"{_FIELD} {production_id}")
    with session.act(production_id) as tx:
        if is_new:
            row = ProductionRow(
                production_id,
                production.licensee,
                production.purpose,
                production.project,
                sealed,
                production.created_at,
            )
            store.insert_production(tx, row)
        else:
            store.replace_plan(tx, production_id, sealed)
        rows = committed_account(session.vault, tx, store.productions.name, production_id)
        act = ProductionKept(
            subject=session.actor.organisation, production=production_id, licensee=production.licensee, rows=rows
        )
        append(tx, act.entry(stamp(now())))


def new_production(licensee: str, purpose: str, project: str | None, plan: ProductionPlan) -> Production:
    """Return a production with an id of its own."""
    return Production(ProductionId(new_id("production")), licensee, purpose, project, stamp(now()), plan)


def opened(session: Session, production_id: str) -> Production:
    """Return the production of this id; raise `ProductionUnknown`, `IdInvalid` or `FieldTampered`."""
    known = ProductionId(parse_id("production", production_id))
    with session.read() as tx:
        row = store.get_production(tx, known)
    return _opened(session, row)


def version(session: Session, production_id: str) -> str:
    """Return what changes whenever the plan is kept anew, and tells nothing of it: a hash of the sealed plan."""
    with session.read() as tx:
        row = store.get_production(tx, ProductionId(parse_id("production", production_id)))
    return hashlib.sha256(row.plan).hexdigest()[:16]


def listed(session: Session) -> list[ProductionRow]:
    """Return the productions that who asks sees, plans sealed."""
    with session.read() as tx:
        return store.list_productions(tx)


def _opened(session: Session, row: ProductionRow) -> Production:
    plain = session.vault.open_field(row.plan, house_speaker(session), field=f"{_FIELD} {row.production_id}")
    return Production(row.production_id, row.licensee, row.purpose, row.project, row.created_at, _decoded(plain))


def _encoded(plan: ProductionPlan) -> bytes:
    told = asdict(replace(plan, cover=None))
    if plan.cover is not None:
        told["cover"] = {"data": base64.b64encode(plan.cover.data).decode(), "media_type": plan.cover.media_type}
    return zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())


def _decoded(plain: bytes) -> ProductionPlan:
    told = json.loads(zlib.decompress(plain))
    cover = told.pop("cover")
    if cover is not None:
        cover = Cover(base64.b64decode(cover["data"]), cover["media_type"])
    chapters = tuple(
        PlannedChapter(one["number"], one["title"], tuple(_line(line) for line in one["lines"]))
        for one in told.pop("chapters")
    )
    dropped = tuple(told.pop("dropped"))
    return ProductionPlan(chapters=chapters, dropped=dropped, cover=cover, **told)


def _line(told: Mapping[str, Any]) -> PlannedLine:
    phrases = tuple(Phrase(**phrase) for phrase in told["phrases"])
    return PlannedLine(Line(**told["line"]), told["voice"], phrases, told["key"], told["bound_ms"])
