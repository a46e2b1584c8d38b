"""Holding the records of decisions against the ledger: each that an entry names is there, opens, and fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sayso import canonical
from sayso.consent.decision_store import records
from sayso.database.rows import Row, all_rows
from sayso.ids import SpeakerId
from sayso.ledger.acts import Permitted
from sayso.vault.domains import Domain
from sayso.workflows.audit.snapshot import UNREADABLE, Snapshot, speaker_of, told
from sayso.workflows.consent.reach import refusals_in
from sayso.workflows.consent.reconsidering import FACT

_SHARED = ("policies", "schema")


def findings(look: Snapshot) -> Iterator[str]:
    """Yield every record of a decision that is missing, or is not what an entry committed to."""
    here: dict[str, SpeakerId] = {}
    linked: dict[str, str] = {}
    for row in all_rows(look.tx, records.name):
        if look.under_way(speaker_of(row)):
            continue
        try:
            value = _opened(look, row)
        except UNREADABLE as error:
            yield f"{records.name} row {row['digest']}: {told(error)}"
            continue
        here[str(row["digest"])] = speaker_of(row)
        linked |= {str(value[name]): str(row["digest"]) for name in _SHARED if _is_record(value)}
    for digest in sorted(linked.keys() - here.keys()):
        yield f"{records.name} row {digest}: is missing, the record {linked[digest]} rests on it"
    for digest in _named(look):
        if digest not in here:
            yield f"{records.name} row {digest}: is missing, or not what an entry committed to"


def _opened(look: Snapshot, row: Row) -> Any:
    digest, speaker = str(row["digest"]), speaker_of(row)
    data = look.vault.open_field(row["sealed"], speaker, field=digest)
    if look.vault.commit(speaker, data, domain=Domain.DECISION) != digest:
        raise ValueError(digest)
    return canonical.decode(data)


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and "verdict" in value and all(name in value for name in _SHARED)


def _named(look: Snapshot) -> Iterator[str]:
    """Yield the digests that entries name, but for those of speakers who are erased, or on their way."""
    gone = {str(row["grant_id"]) for row in look.grants if not speaker_of(row) or look.under_way(speaker_of(row))}
    living: dict[str, frozenset[str]] = {}
    for act in Permitted:
        for kind in ("intended", "refused"):
            for row in look.entries(f"{act}:{kind}"):
                entry, digest = row.entry, row.entry.facts.get(FACT)
                if entry.grant is None and entry.at[:7] not in living:
                    living[entry.at[:7]] = _pseudonyms(look, entry.at[:7])
                known = entry.facts.get("subject") in living[entry.at[:7]] if entry.grant is None else True
                if isinstance(digest, str) and known and entry.grant not in gone:
                    yield digest


def _pseudonyms(look: Snapshot, month: str) -> frozenset[str]:
    """Return the names of those who are here in the refusals of one month."""
    return frozenset(look.vault.pseudonym(SpeakerId(each), refusals_in(month)) for each in look.living)
