"""JSON shapes of the ledger: entries, checkpoints, proofs and audits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.ledger import Logged
    from sayso.workflows.audit.results import (
        AnswerHolds,
        AnswerWritten,
        EntryProof,
        LogHolds,
        LogKeys,
        LogState,
        PeriodWritten,
        ProofHolds,
        ProofWritten,
        ShardKey,
    )


def entry(logged: Logged) -> dict[str, Any]:
    """Return the shape of one entry; ``entry`` is null while it waits for its place."""
    link = logged.link
    return {
        "entry": logged.index,
        "at": link.entry.at,
        "type": link.entry.type,
        "by": _actor(link.entry.by),
        "grant": link.entry.grant,
        "seq": link.seq,
        "facts": dict(link.entry.facts),
    }


def _actor(by: str | None) -> dict[str, str] | None:
    return None if by is None else dict(zip(("organisation", "role", "credential"), by.split("/"), strict=True))


def entries(found: Iterable[Logged]) -> dict[str, Any]:
    """Return the shape of the entries that a query found."""
    rows = [entry(one) for one in found]
    return {"count": len(rows), "entries": rows}


def checkpoint(state: LogState) -> dict[str, Any]:
    """Return the shape of the log's state: size and root of the newest shard, signed and cosigned."""
    taken = state.checkpoint
    return {
        "origin": taken.origin,
        "size": taken.size,
        "root": taken.root.hex(),
        "vkey": state.vkey,
        "first_vkey": state.first_vkey,
        "shards": state.num_shards,
        "entries": state.num_entries,
        "checkpoint": state.note,
        "cosigned_by": list(state.cosigned_by),
        "witnesses_missing": list(state.missing),
    }


def keys(found: LogKeys) -> dict[str, Any]:
    """Return the shape of the log's shards with their keys; ``file`` only where their proof was written."""
    shape: dict[str, Any] = {"shards": [_shard(one) for one in found.shards]}
    return shape if found.file is None else {**shape, "file": str(found.file)}


def answer_written(answer: AnswerWritten) -> dict[str, Any]:
    """Return the shape of entries that were written with their proofs."""
    return {"file": str(answer.file), "count": answer.count, "vkey": answer.vkey}


def proof_written(proof: ProofWritten) -> dict[str, Any]:
    """Return the shape of a proof that was written."""
    return {"entry": proof.entry, "proof": str(proof.file), "bytes": proof.num_bytes, "vkey": proof.vkey}


def proof(found: EntryProof) -> dict[str, Any]:
    """Return the shape of the proof of an entry."""
    return {"entry": found.entry, "proof": found.text, "vkey": found.vkey}


def period_written(period: PeriodWritten) -> dict[str, Any]:
    """Return the shape of a period that was written."""
    return {"file": str(period.file), "first": period.first, "entries": period.num_entries, "vkey": period.vkey}


def proof_holds(proof: ProofHolds) -> dict[str, Any]:
    """Return the shape of a proof that was checked, with the entry that it proves."""
    return {"ok": True, "entry": proof.entry, "shard": proof.shard, "is": proof.data.decode()}


def answer_holds(answer: AnswerHolds) -> dict[str, Any]:
    """Return the shape of an answer that was checked, with the question that it answers."""
    return {"ok": True, "count": answer.count, "asked": dict(answer.asked)}


def log_holds(audited: LogHolds) -> dict[str, Any]:
    """Return the shape of an audit without findings."""
    return {"ok": True, "size": audited.size, "root": audited.root.hex(), "findings": []}


def reindexed(corrected: int) -> dict[str, Any]:
    """Return the shape of an index that was written again: how many rows had said otherwise."""
    return {"ok": True, "corrected": corrected}


def _shard(shard: ShardKey) -> dict[str, Any]:
    return {"shard": shard.origin, "first": shard.first, "entries": shard.num_entries, "vkey": shard.vkey}
