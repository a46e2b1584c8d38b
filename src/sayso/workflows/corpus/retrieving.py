"""Finding, sampling and exporting what a corpus holds, as far as it may be used now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sayso.accounts.rights import Right
from sayso.audio import decode
from sayso.clock import now, stamp
from sayso.corpus.card import CorpusCard, card_of
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.condition import Condition
from sayso.corpus.errors import SegmentUnknown
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.quota import Quotas
from sayso.corpus.row import Segment
from sayso.corpus.sampling import Stratum
from sayso.corpus.shards import ExportedShards, ExportOrder, export
from sayso.corpus.sounds import Sounds
from sayso.corpus.view import CorpusView, FoundSegments
from sayso.corpus.voiceprints import NearVoice
from sayso.ledger import append
from sayso.ledger.account_acts import CorpusExported
from sayso.progress import Report
from sayso.voices.campplus import embed_voice
from sayso.workflows.corpus.running import digest_of_name, opened
from sayso.workflows.corpus.sealing import VaultSeal
from sayso.workflows.corpus.standing import in_force
from sayso.workflows.installation.session import Session


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample: of which version, what was drawn of each value, and its rows."""

    version: int
    strata: tuple[Stratum, ...]
    rows: tuple[Segment, ...]


def view_of(session: Session, name: str, version: int | None = None) -> CorpusView:
    """Return what may be seen of a corpus now; grants are asked at each reading, expiry is held against the clock.

    Raise `CorpusUnknown`, `CatalogueEmpty`, `CatalogueVersionUnknown` or `CorpusPartMissing`.
    """
    folder = opened(session, name)
    return CorpusView(Catalogue(folder.path), in_force(session), at=stamp(now()), version=version)


def find(
    session: Session, name: str, where: str, *, limit: int, version: int | None = None
) -> tuple[CorpusView, FoundSegments]:
    """Return what meets the condition ``where``; raise `ConditionInvalid`, and as `view_of`."""
    condition = Condition.of(where)
    view = view_of(session, name, version)
    return view, view.find(condition, limit=limit)


def draw(
    session: Session, name: str, quotas: Quotas, *, seed: int, where: str = "", version: int | None = None
) -> Drawn:
    """Return a sample by ``quotas``; raise as `find`."""
    condition = Condition.of(where)
    view = view_of(session, name, version)
    drawn = view.sample(quotas, seed, condition)
    return Drawn(view.version, drawn.strata, tuple(view.take(drawn.places)))


def nearest(session: Session, name: str, to: Path | str, count: int, version: int | None = None) -> list[NearVoice]:
    """Return the voices nearest to that of a recording (a path), or of a segment (its id).

    Raise `SegmentUnknown`, what `decode` raises, `NoVoiceInside`, and as `view_of`.
    """
    view = view_of(session, name, version)
    if isinstance(to, Path):
        return view.nearest(np.asarray(embed_voice(decode(to)), np.float32), count)
    found = view.segment(to)
    if found.embedding is None:
        raise SegmentUnknown(f"segment: got {to}, in which no voice was found; name another")
    return view.nearest(np.array(found.embedding, np.float32), count)


def export_corpus(
    session: Session, order: ExportOrder, folder: Path, report: Report, version: int | None = None
) -> ExportedShards:
    """Export shards, and log how many segments left; each grant is asked before. Raise as `export` and `view_of`."""
    session.require(Right.SPEECH)
    view = view_of(session, order.corpus, version)
    done = export(view, order, folder, sounds_of(session, opened(session, order.corpus)), report)
    act = CorpusExported(
        subject=session.actor.organisation,
        corpus=digest_of_name(session, order.corpus),
        segments=sum(shard.segments for shard in done.index.shards),
    )
    with session.act(order.corpus) as tx:
        append(tx, act.entry(stamp(now())))
    return done


def card(session: Session, name: str, version: int | None = None) -> CorpusCard:
    """Return the card of a corpus; raise as `view_of`."""
    return card_of(view_of(session, name, version))


def sounds_of(session: Session, folder: CorpusFolder) -> Callable[[Segment], bytes]:
    """Return what unseals the FLAC of a row; it asks no grant: rows come from a view."""
    sounds = Sounds(folder.sounds, VaultSeal(session.settings))
    return lambda row: sounds.get(row.audio, row.speaker)
