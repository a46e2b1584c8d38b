"""What goes: items whose grant has ended, and masters that an archived form has taken the place of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sayso import lineage
from sayso.accounts.rights import Right
from sayso.audio import decode
from sayso.clock import now, parse_stamp, stamp
from sayso.consent import State
from sayso.errors import Invalid, about
from sayso.ids import ArtifactId
from sayso.ledger import append
from sayso.ledger.acts import ItemRemoved
from sayso.progress import Report, silent
from sayso.storage import ChosenForm, StoragePurpose, choose
from sayso.storage.sheet import alike
from sayso.workflows.installation.session import Session
from sayso.workflows.storage import keeping, shelf
from sayso.workflows.storage.shelf import StoredItem

SUPERSEDED: Final = "superseded"
"""Why a master goes of which an archived form is kept."""

_STAYS: Final = frozenset({State.GIVEN, State.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Leaving:
    """An item that is to go, and why: the state of its grant, or `SUPERSEDED`."""

    item: StoredItem
    why: str


@dataclass(frozen=True, slots=True)
class PlannedDeposit:
    """What storing a file would take, were it stored: nothing was."""

    file: Path
    purpose: StoragePurpose
    chosen: ChosenForm


@dataclass(frozen=True, slots=True)
class StoragePlan:
    """What would be done, and how many bytes it saves: files beside FLAC, and items that would go."""

    deposits: tuple[PlannedDeposit, ...]
    leaving: tuple[Leaving, ...]

    @property
    def saved_bytes(self) -> int:
        """Return the bytes saved in all."""
        kept = sum(each.chosen.flac_bytes - len(each.chosen.data) for each in self.deposits)
        return kept + sum(each.item.sheet.num_bytes for each in self.leaving)


def plan(
    session: Session,
    files: tuple[Path, ...] = (),
    purpose: str = "archive",
    masters_for_days: int | None = None,
    report: Report = silent,
) -> StoragePlan:
    """Return what storing ``files`` and clearing up would save; nothing is changed."""
    wanted = StoragePurpose.parse(purpose)
    deposits = []
    for place, file in enumerate(files, 1):
        with about(str(file)):
            deposits.append(_planned(file, wanted))
        report(place / len(files))
    return StoragePlan(tuple(deposits), tuple(_leaving(session, masters_for_days)))


def clear(session: Session, masters_for_days: int | None = None) -> tuple[Leaving, ...]:
    """Remove what `plan` shows as leaving; each is logged. Run again, it goes on where it was stopped."""
    session.require(Right.SPEECH)
    gone = tuple(_leaving(session, masters_for_days))
    for each in gone:
        _remove(session, each)
    return gone


def _planned(file: Path, purpose: StoragePurpose) -> PlannedDeposit:
    data = keeping.read(file)
    return PlannedDeposit(file, purpose, choose(decode(data), purpose, original=data))


def _leaving(session: Session, masters_for_days: int | None) -> Iterator[Leaving]:
    if masters_for_days is not None and masters_for_days < 0:
        raise Invalid(f"masters-for: got {masters_for_days} days, expected 0 or more")
    items = shelf.items(session)
    for item in items:
        if item.state not in _STAYS:
            yield Leaving(item, str(item.state))
        elif masters_for_days is not None and _is_superseded(session, item, items, masters_for_days):
            yield Leaving(item, SUPERSEDED)


def _is_superseded(session: Session, item: StoredItem, items: list[StoredItem], days: int) -> bool:
    """Return whether a master is old enough and an archived form of the same sound is kept under a grant that holds."""
    if item.sheet.purpose is not StoragePurpose.MASTER:
        return False
    if parse_stamp(item.sheet.stored_at) + timedelta(days=days) > now():
        return False
    layout = item.sheet.layout
    archived = [
        each.sheet
        for each in items
        if each.speaker == item.speaker
        and each.sheet.purpose is StoragePurpose.ARCHIVE
        and each.state is State.GIVEN
        and (each.sheet.layout.sample_rate, each.sheet.layout.num_samples) == (layout.sample_rate, layout.num_samples)
    ]
    return bool(archived) and bool(alike(shelf.sound_of(session, item), archived))


def _remove(session: Session, leaving: Leaving) -> None:
    """Unlink the sound, forget the rows and log it, then unlink the sheet, by which a killed run is found again."""
    session.require(Right.SPEECH)
    item = leaving.item
    with session.read() as tx:
        sound = lineage.get(tx, ArtifactId(item.sheet.sound))
    session.vault.unlink(sound.blob or "")
    removed = ItemRemoved(item=item.item_id, permit=item.sheet.permit, why=leaving.why)
    with session.act(item.speaker) as tx:
        lineage.forget(tx, [item.item_id, sound.artifact_id])
        append(tx, removed.entry(stamp(now()), item.artifact.grant))
    session.vault.unlink(item.artifact.blob or "")
