"""JSON shapes of storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.workflows.storage.clearing import Leaving, PlannedDeposit, StoragePlan
    from sayso.workflows.storage.copying import Copied
    from sayso.workflows.storage.keeping import StoredTake
    from sayso.workflows.storage.shelf import StoredItem


def item(found: StoredItem) -> dict[str, Any]:
    """Return the shape of a stored item: what for, in which form, how close to the original, how loud."""
    sheet = found.sheet
    close = sheet.closeness
    return {
        "item": found.item_id,
        "speaker": found.speaker,
        "purpose": str(sheet.purpose),
        "form": sheet.form.name,
        "duration_s": round(sheet.duration_s, 3),
        "paused_s": round(sheet.paused_s, 3),
        "bytes": sheet.num_bytes,
        "flac_bytes": sheet.flac_bytes,
        "closeness": None
        if close is None
        else {"spectral_db": close[0] / 1000, "voice": close[1] / 1000, "opinion_loss": close[2] / 1000},
        "loudness_lufs": _level(sheet.loudness),
        "peak_dbtp": _level(sheet.peak),
        "grant": found.artifact.grant,
        "grant_state": str(found.state),
        "clip": sheet.clip,
        "mark": sheet.mark,
        "stored_at": sheet.stored_at,
    }


def items(found: list[StoredItem]) -> dict[str, Any]:
    """Return the shape of all that is stored."""
    listed = [item(each) for each in found]
    return {"items": listed, "bytes": sum(each["bytes"] for each in listed)}


def added(done: StoredTake) -> dict[str, Any]:
    """Return the shape of a deposit."""
    return {
        "file": str(done.file),
        "state": "there" if done.was_there else "stored",
        "item": item(done.item),
        "alike": list(done.alike),
        "refused": list(done.refused),
    }


def copied(done: Copied, entry: int) -> dict[str, Any]:
    """Return the shape of a stored recording that was written to a file."""
    return handed_out(done.item, str(done.file), entry)


def handed_out(item: StoredItem, out: str, entry: int) -> dict[str, Any]:
    """Return the shape of a stored recording that is given out under the name ``out``."""
    return {"item": item.item_id, "out": out, "grant": item.artifact.grant, "entry": entry}


def cleared(gone: tuple[Leaving, ...]) -> dict[str, Any]:
    """Return the shape of what was removed."""
    return {
        "removed": [_leaving(each) for each in gone],
        "freed_bytes": sum(each.item.sheet.num_bytes for each in gone),
    }


def planned(plan: StoragePlan) -> dict[str, Any]:
    """Return the shape of a plan: nothing of it is done."""
    return {
        "files": [_deposit(each) for each in plan.deposits],
        "leaving": [_leaving(each) for each in plan.leaving],
        "saved_bytes": plan.saved_bytes,
    }


def _deposit(planned: PlannedDeposit) -> dict[str, Any]:
    chosen = planned.chosen
    return {
        "file": str(planned.file),
        "purpose": str(planned.purpose),
        "form": chosen.form.name,
        "bytes": len(chosen.data),
        "flac_bytes": chosen.flac_bytes,
        "saved_bytes": chosen.flac_bytes - len(chosen.data),
        "refused": list(chosen.refused),
    }


def _leaving(leaving: Leaving) -> dict[str, Any]:
    item = leaving.item
    return {
        "item": item.item_id,
        "why": leaving.why,
        "purpose": str(item.sheet.purpose),
        "bytes": item.sheet.num_bytes,
        "grant": item.artifact.grant,
    }


def _level(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100
