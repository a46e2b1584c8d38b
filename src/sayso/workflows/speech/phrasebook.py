"""The phrasebook of one utterance: what of it was said before, and what of it is kept to be said again.

What is kept is the engine's sound before the mark, sealed with the speaker's key. Nobody is given it: it stands in for
the engine, behind the permit of this utterance and before its mark. Its key holds the speaker's epoch, so that any
change of consent makes it unfindable at once, whatever became of its file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sayso import journal, lineage
from sayso.consent import store as consents
from sayso.engines.protocol import Engine
from sayso.errors import Conflict, SaysoError
from sayso.ids import ArtifactId, SpeakerId, new_id
from sayso.lineage import Artifact, Kind
from sayso.repertoire import PhraseAsked, PhraseRef, RecordedPhrase, RememberingEngine, Repertoire
from sayso.repertoire.remembering import Pieces
from sayso.vault.domains import Domain
from sayso.workflows.consent.forgetting import forget_phrases
from sayso.workflows.installation.session import Session
from sayso.workflows.speech.speaking import Run
from sayso.workflows.voices import archive
from sayso.workflows.voices.archive import StoredBytes


@dataclass(slots=True)
class Phrasebook:
    """What one run takes from the repertoire, and what it leaves there once `keep` is called."""

    run: Run
    said: int = 0
    """How many phrases were said from what is kept."""
    _keys: dict[PhraseAsked, str] = field(default_factory=dict)
    _made: dict[str, Pieces] = field(default_factory=dict)

    def beside(self, engine: Engine) -> Engine:
        """Return the engine, but that it says again what is kept."""
        return RememberingEngine(engine, self._recalled, self._remembered)

    def keep(self) -> None:
        """Keep what was made to its end, as far as there is room and consent is as it was; nothing fails for it."""
        made, self._made = self._made, {}
        for key, pieces in made.items():
            try:
                self._keep(key, pieces)
            except SaysoError as error:
                journal.note("phrase.unkept", error=error.slug)

    def _key(self, asked: PhraseAsked) -> str:
        run, row = self.run, self.run.take.voice.row
        told = asked.told(
            organisation=run.session.actor.organisation,
            licensee=run.permit.licensee,
            voice_id=row.voice_id,
            epoch=run.permit.epoch,
            language=run.take.order.language,
            engine_name=row.engine,
        )
        return run.session.vault.commit(run.take.speaker, told, domain=Domain.PHRASE)

    def _recalled(self, asked: PhraseAsked) -> Pieces | None:
        session = self.run.session
        with session.vault.holding():
            key = self._keys[asked] = self._key(asked)
            ref = opened(session).find(key)
            if ref is None:
                return None
            try:
                found = RecordedPhrase.decoded(session.vault.open(ref.address, kind=Kind.PHRASE), key)
            except SaysoError as error:
                session.installation.repertoire.drop({ref.address})
                journal.note("phrase.missed", error=error.slug)
                return None
        self.said += 1
        return found.pieces

    def _remembered(self, asked: PhraseAsked, pieces: Pieces) -> None:
        repertoire, size = self.run.session.installation.repertoire, 4 * sum(piece.num_samples for piece in pieces)
        key = self._keys[asked]
        if repertoire.takes(key, size):
            self._made[key] = pieces

    def _keep(self, key: str, pieces: Pieces) -> None:
        session, take, permit = self.run.session, self.run.take, self.run.permit
        sealed = session.vault.seal(RecordedPhrase(key, pieces).encoded(), [take.speaker], kind=str(Kind.PHRASE))
        kept = StoredBytes(ArtifactId(new_id("artifact")), Kind.PHRASE, sealed.address, key)
        artifact = Artifact(kept.artifact_id, Kind.PHRASE, sealed.address, key)
        with archive.undone_on_failure(session, kept), session.act(take.speaker) as tx:
            if consents.epoch_of(tx, take.speaker) != permit.epoch:
                raise PhraseOver
            lineage.record(tx, artifact, speakers=[take.speaker], parents=[take.voice.row.artifact_id])
        ref = PhraseRef(key, kept.artifact_id, sealed.address, sealed.size, take.speaker)
        _let_go(session, opened(session).add(ref))


class PhraseOver(Conflict):
    """Consent changed after the phrase was made; it is not kept."""


def opened(session: Session) -> Repertoire:
    """Return the repertoire of this installation, which knows what was kept before; what has no room any more goes."""
    repertoire = session.installation.repertoire
    _let_go(session, repertoire.read_once(lambda: _kept(session)))
    return repertoire


def _kept(session: Session) -> Iterator[PhraseRef]:
    """Yield every phrase that is kept, whoever had it said: the room that they take is one."""
    with session.as_installation().read() as tx:
        found = lineage.of_kind(tx, Kind.PHRASE)
    for artifact, speaker in found:
        address = artifact.blob or ""
        with contextlib.suppress(SaysoError):  # one that is damaged is found by an audit, and never said
            size = session.vault.size(address)
            yield PhraseRef(artifact.digest, artifact.artifact_id, address, size, speaker)


def _let_go(session: Session, gone: Sequence[PhraseRef]) -> None:
    """Remove phrases; one that cannot be removed now is found again by the next process."""
    for ref in gone:
        try:
            forget_phrases(session, SpeakerId(ref.speaker), [(ArtifactId(ref.artifact), ref.address)])
        except SaysoError as error:
            journal.note("phrase.unforgotten", error=error.slug)
