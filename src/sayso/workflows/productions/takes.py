"""Takes: one line becomes one clip, made once however often it is asked for, and opened again for its chapter."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sayso.audio import Container, Signal, decode
from sayso.consent import Request
from sayso.consent.act import Disclosure
from sayso.errors import Bug, Unavailable
from sayso.ids import RunId, new_id
from sayso.labels import Layer
from sayso.mark.verifying import MarkPolicy
from sayso.productions import store
from sayso.synthesis import Phrase
from sayso.synthesis import store as clips
from sayso.synthesis.store import Clip
from sayso.workflows.consent.commitments import text_commitment
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import checking
from sayso.workflows.productions.permitting import disclosure_of
from sayso.workflows.productions.plans import PlannedLine, Production
from sayso.workflows.speech import exporting, labels, speaking
from sayso.workflows.speech.labels import Plan
from sayso.workflows.speech.orders import Order, Take
from sayso.workflows.voices.voicebook import cast, engine_of, row_of

MOST_ATTEMPTS: Final = 3
_CLAUSE: Final = re.compile(r"(?<=[,;:]) ")
_CLAUSE_MS: Final = 160
_FEWEST: Final = 2  # words of a piece that is said by itself

_PER_CHAPTER = frozenset({Layer.SPOKEN, Layer.RHYTHM, Layer.NOTICE, Layer.AIGC})
"""Labels that a chapter carries once, not each of its lines."""


@dataclass(frozen=True, slots=True)
class LineTake(Take):
    """The take of a line: it leaves in a chapter only, whose disclosure is what counts."""

    told: Disclosure = Disclosure.METADATA

    def request(self) -> Request:
        """Return what consent is asked."""
        return replace(Take.request(self), disclosure=self.told, language=self.order.language)


@dataclass(frozen=True, slots=True)
class Tried:
    """A finished clip of a line: which attempt it was, and what was found of it; None where it was not checked yet."""

    clip: Clip
    attempt: int
    problems: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class LineMade:
    """What one step made of a line: how many clips (0 where all was there), the length that counts, what stands out."""

    made: int
    duration_ms: int
    problems: tuple[str, ...]


def clip_of(session: Session, production: Production, line: PlannedLine) -> Clip | None:
    """Return the finished clip of a line that counts, None where it is not made yet."""
    found = chosen(session, production, line)
    return None if found is None else found.clip


def chosen(session: Session, production: Production, line: PlannedLine) -> Tried | None:
    """Return the attempt at a line that counts: the first that nothing was found of, or else that with the least."""
    found = _tried(session, production, line)
    return min(found, key=lambda one: (1 if one.problems is None else len(one.problems), one.attempt), default=None)


def prepare(session: Session, production: Production) -> None:
    """Load the engine of the last line unless that is made: a run takes a second to be taken up, which is enough.

    What is wrong with an engine is told by the line.
    """
    lines = list(production.plan.lines())
    if lines and clip_of(session, production, lines[-1]) is None:
        with contextlib.suppress(Exception):
            engine_of(session, row_of(session, lines[-1].voice)).load()


def worked(session: Session, production: Production, line: PlannedLine, *, opens: bool) -> LineMade:
    """Make a line unless it is made, check it, and make it anew, `MOST_ATTEMPTS` times in all, while it stands out.

    Raise as `make` does for the first attempt; another one that is refused or fails leaves what there is.
    """
    made, signal = 0, None
    for attempt in range(MOST_ATTEMPTS):
        found = next((one for one in _tried(session, production, line) if one.attempt == attempt), None)
        if found is None:
            try:
                signal = make(session, production, line, opens=opens, attempt=attempt)
            except Unavailable:
                raise
            except Exception:
                if attempt == 0:
                    raise
                break
            made += 1
        if not _checked(session, production, line, attempt, signal):
            break
        signal = None
    best = chosen(session, production, line)
    if best is None:
        raise Bug("a line that was made has no clip")
    return LineMade(made, best.clip.duration_ms or 0, best.problems or ())


def _tried(session: Session, production: Production, line: PlannedLine) -> list[Tried]:
    ids = [production.clip(line, attempt) for attempt in range(MOST_ATTEMPTS)]
    with session.read() as tx:
        made = clips.finished_clips(tx, ids)
        checks = store.checks_of(tx, list(made))
    return [Tried(made[each], attempt, checks.get(each)) for attempt, each in enumerate(ids) if each in made]


def _checked(
    session: Session, production: Production, line: PlannedLine, attempt: int, signal: Signal | None
) -> tuple[str, ...]:
    """Return what is found of a finished attempt, kept from now on; sound that was erased is not heard.

    ``signal`` is its sound where it was made just now, otherwise it comes out of the vault.
    """
    found = next(one for one in _tried(session, production, line) if one.attempt == attempt)
    if found.problems is not None or found.clip.artifact_id is None:
        return found.problems or ()
    signal = signal or decode(exporting.master_of(session, found.clip))
    problems = checking.found_in(session, production, worded(line, attempt), signal)
    with session.act(found.clip.clip_id) as tx:
        store.keep_check(tx, found.clip.clip_id, problems)
    return problems


def worded(line: PlannedLine, attempt: int) -> PlannedLine:
    """Return a line in the phrases that an attempt says it in: the last one breathes at every comma."""
    if attempt < MOST_ATTEMPTS - 1:
        return line
    return replace(line, phrases=tuple(part for phrase in line.phrases for part in _parted(phrase)))


def _parted(phrase: Phrase) -> Iterator[Phrase]:
    pieces = _CLAUSE.split(phrase.text)
    if phrase.is_label or any(len(piece.split()) < _FEWEST for piece in pieces):
        yield phrase
        return
    yield from (Phrase(piece, _CLAUSE_MS) for piece in pieces[:-1])
    yield Phrase(pieces[-1], phrase.pause_ms)


def make(session: Session, production: Production, line: PlannedLine, *, opens: bool, attempt: int = 0) -> Signal:
    """Make the clip of a line, and return its sound; ``opens`` says that a chapter begins with it.

    Raise as `speaking.keep` does; whoever was faster has made the same clip, and then nothing is charged here.
    """
    take = _take(session, production, worded(line, attempt), opens=opens, attempt=attempt)
    return speaking.keep(session, take).sound.signal


def _take(session: Session, production: Production, line: PlannedLine, *, opens: bool, attempt: int) -> LineTake:
    plan = production.plan
    order = Order(
        text=line.line.text,
        voice=line.voice,
        licensee=production.licensee,
        purpose=production.purpose,
        project=production.project,
        language=plan.language,
        speed=line.line.speed,
        seed=1000 * production.take_number(line) + attempt,
        territory=plan.territory,
        channel=plan.channel,
    )
    voice = cast(session, line.voice)
    asked = _labels(session, production, opens=opens)
    spoken = asked.around(line.phrases, speed=order.speed)
    clip, mark = production.clip(line, attempt), production.mark(line, attempt)
    return LineTake(
        run=RunId(new_id("run")),
        order=order,
        voice=voice,
        phrases=spoken,
        text=line.text,
        commitment=text_commitment(session, voice.speaker, line.text),
        container=Container.FLAC,
        clip=clip,
        mark=mark,
        plan=asked,
        origin=labels.origin_of(session, clip, str(mark), voice.row),
        policy=MarkPolicy(refuse_weak=False),
        told=disclosure_of(production),
    )


def _labels(session: Session, production: Production, *, opens: bool) -> Plan:
    """Return the labels of a line: all that the laws of the settings ask for, where it opens a chapter."""
    plan = labels.plan(
        session.settings.jurisdictions,
        Container.FLAC,
        announced=False,
        every_s=None,
        language=production.plan.language,
        purpose=production.purpose,
    )
    if opens:
        return replace(plan, every_s=None)
    return replace(plan, layers=plan.layers - _PER_CHAPTER, words=None, every_s=None)
