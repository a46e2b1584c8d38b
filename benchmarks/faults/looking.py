"""What must hold after anything: no sound without an entry, books that agree with clips, an order that is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from benchmarks.faults.acts import ACTS, SOUND
from benchmarks.faults.worlds import World

from sayso.audio.errors import EmptyAudio, UnknownFormat
from sayso.clock import now
from sayso.consent import minutes
from sayso.database.rows import all_rows
from sayso.doors.shapes.provenance import verification
from sayso.errors import Conflict, Invalid, NotFound, Refused, SaysoError, Tampered
from sayso.ids import PlanId, SpeakerId
from sayso.workflows.audit import auditing
from sayso.workflows.audit.auditing import ErasureUnfinished
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.verifying import verify_file

_SUFFIXES = {".wav", ".flac", ".mp3", ".m4a", ".opus"}
_ENDED = {"withdrawn", "revoked", "invalidated", "erased"}
_DONE_BEFORE = (Refused, Conflict, NotFound, Invalid)
"""How an act may be refused that was done to its end before."""


def looked(world: World, act: str, *, again: bool) -> list[str]:
    """Return all that is wrong in a home after ``act`` was stopped in it; with ``again``, do the act once more."""
    session = world.opened()
    found = [*unlogged(session, world), *_audited(session), *books(session), *order(session)]
    if again:
        _clear(world.out)
        found += [*_repeated(session, world, act), *_audited(session), *books(session), *order(session)]
    session.close()
    return found


def unlogged(session: Session, world: World) -> Iterator[str]:
    """Yield each file of sound that this installation does not know as its own, with a proof."""
    for path in sorted(world.out.iterdir()):
        if path.suffix not in _SUFFIXES and not path.name.startswith("."):
            continue
        if path.name.startswith("kept"):  # a recording of the speaker's own, which carries no mark
            if not list(session.log.query(type="storage:copy:made")):
                yield f"{path.name}: unlogged sound"
            continue
        try:
            seen = verification(verify_file(session, path))
        except (UnknownFormat, EmptyAudio):
            if path.name.startswith("."):  # a draft of a document, or one without a byte, killed before its renaming
                continue
            raise
        if path.name.startswith("marked"):
            if seen["verdict"] not in {"marked", "ours"}:
                yield f"{path.name}: verdict {seen['verdict']}"
        elif (seen["verdict"], seen["proof_ok"]) != ("ours", True):
            yield f"{path.name}: unlogged sound, verdict {seen['verdict']}"


def books(session: Session) -> Iterator[str]:
    """Yield each grant that is charged otherwise than its clips say, once every lease is over."""
    late = now() + timedelta(seconds=minutes.LEASE_S + 1)
    with session.read() as tx:
        made: dict[str, int] = defaultdict(int)
        for clip in all_rows(tx, "clips"):
            made[str(clip["grant_id"])] += int(clip["duration_ms"] or 0)
        speakers = {str(row["speaker_id"]) for row in all_rows(tx, "grant_minutes")}
        for speaker in sorted(speakers):
            for grant, used in minutes.used_ms(tx, SpeakerId(speaker), at=late).items():
                if used != made[grant]:
                    yield f"books of {grant}: {used} ms are charged, {made[grant]} ms were made"


def order(session: Session) -> Iterator[str]:
    """Yield each grant under which something was made after it ended, or charged without an intent."""
    session.integrate()
    ended: set[str] = set()
    permits: set[str] = set()
    for row in session.log.query():
        entry = row.entry
        room, what = entry.type.split(":")[0], entry.type.rpartition(":")[2]
        if room == "consent" and what in _ENDED:
            ended.add(entry.grant or "")
        elif what == "intended":
            permits.add(str(entry.facts["permit"]))
        if what in {"intended", "made"} and entry.grant in ended:
            yield f"{entry.type} under {entry.grant}, which had ended"
        if what in {"made", "failed"} and entry.facts.get("permit") not in permits:
            yield f"{entry.type} without an intent"


def _audited(session: Session) -> Iterator[str]:
    try:
        auditing.audit(session)
    except ErasureUnfinished:
        yield from _finished(session)
    except SaysoError as error:
        yield f"audit: {error.message[:300]}"


def _finished(session: Session) -> Iterator[str]:
    """Run the plans again that stopped on their way; what stands in the ledger must then be clean."""
    with session.read() as tx:
        plans = [str(row["plan_id"]) for row in all_rows(tx, "erasure_plans") if row["stage"] != "erased"]
    try:
        for plan in plans:
            if not _is_planned(session, plan):
                erasing.run(session, plan)
        auditing.audit(session)
    except SaysoError as error:
        yield f"after the erasure was run again: {error.message[:300]}"


def _is_planned(session: Session, plan: str) -> bool:
    return erasing.planned(session, PlanId(plan)).stage == "planned"


def _repeated(session: Session, world: World, act: str) -> Iterator[str]:
    try:
        ACTS[act](session, world)
    except _DONE_BEFORE:
        if act in SOUND:
            yield f"{act}: refused when it was asked for again"
    except (SaysoError, OSError) as error:
        kind = "tampered" if isinstance(error, Tampered) else "failed"
        yield f"{act}, once more: {kind}: {type(error).__name__}: {str(error)[:300]}"


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


Look = Callable[[World], list[str]]
