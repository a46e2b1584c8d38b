"""Phrases that are kept of a voice go with what allowed them: the rows first, then the sealed sound."""

from __future__ import annotations

from collections.abc import Sequence

from sayso import lineage
from sayso.ids import ArtifactId, SpeakerId
from sayso.lineage import Kind
from sayso.workflows.installation.session import Session


def forget_phrases_of(session: Session, speaker: SpeakerId) -> int:
    """Remove every phrase that is kept of a speaker, whoever had it said; return how many there were."""
    with session.as_installation().read() as tx:
        kept = [artifact for artifact, _ in lineage.of_kind(tx, Kind.PHRASE, speaker)]
    if kept:
        places = [(artifact.artifact_id, artifact.blob or "") for artifact in kept]
        forget_phrases(session, speaker, places)
    return len(kept)


def forget_phrases(session: Session, speaker: SpeakerId, places: Sequence[tuple[ArtifactId, str]]) -> None:
    """Remove phrases of a speaker, each told by its artifact and the address of its sound."""
    with session.as_installation().act(speaker) as tx:
        lineage.forget(tx, [artifact for artifact, _ in places])
    addresses = {address for _, address in places if address}
    session.installation.repertoire.drop(addresses)
    for address in addresses:
        session.vault.unlink(address)
