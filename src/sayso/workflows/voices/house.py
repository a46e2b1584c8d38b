"""The house: Sayso's own speaker, who owns the engines' stock voices and grants their use by their licences.

A stock voice speaks under a grant like any other: the house's, whose note names licence and source, signed with a key
of the house that Sayso keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sayso.accounts.store import OPERATOR
from sayso.clock import now, stamp
from sayso.consent import Action, Grant, Party, Purpose, changes
from sayso.consent import store as consents
from sayso.consent.document import document_of, sign
from sayso.consent.fields import ANY
from sayso.database import Connection
from sayso.disk import locked
from sayso.engines.protocol import Engine, StockVoice
from sayso.engines.registry import engine as engine_named
from sayso.engines.registry import installed
from sayso.enrollment.path import ClonePath
from sayso.ids import GrantId, SpeakerId, VoiceId, new_id
from sayso.ledger import append
from sayso.ledger.acts import GrantEntered, StockAdmitted
from sayso.lineage import Artifact, record
from sayso.vault.domains import Domain
from sayso.voices.profile import VoiceProfile
from sayso.voices.store import VoiceRow, insert_voice, list_voices
from sayso.workflows.consent.commitments import terms_commitment
from sayso.workflows.consent.signing import key_of
from sayso.workflows.installation.rows import committed, enter
from sayso.workflows.installation.session import Session
from sayso.workflows.voices import archive
from sayso.workflows.voices.archive import StoredBytes

_LOCK: Final = ".house"

MARKING: Final = "operator/marking"
SPEECH: Final = (Action.SYNTHESIZE, Action.STREAM, Action.PUBLISH)

_MARKING_NOTE: Final = "The operator may put the mark of this installation into files of its own."


def house_speaker(session: Session) -> SpeakerId:
    """Return the house itself, made, with its grant to mark files, the first time."""
    with locked(session.settings.home / _LOCK):
        with session.as_installation().read() as tx:
            found = _find(tx)
        if found is not None:
            return found
        speaker = SpeakerId(new_id("speaker"))
        session.vault.create_subject(speaker)
        with session.as_installation().act(speaker) as tx:
            consents.add_speaker(tx, speaker, house=True)
            _give(tx, session, speaker, licensee=OPERATOR, purpose=MARKING, actions=(Action.MARK,), note=_MARKING_NOTE)
    return speaker


def admit_stock_voices(session: Session) -> None:
    """Enter the stock voices of engines that were installed since.

    Each engine gets a house speaker of its own, so that no voice ever speaks under another engine's licence.
    """
    with locked(session.settings.home / _LOCK):
        with session.as_installation().read() as tx:
            known = {(row.engine, row.engine_digest) for row in list_voices(tx) if row.house}
        engines = [engine_named(plugin.name) for plugin in installed() if not plugin.problem]
        new = [one for one in engines if one.stock_voices() and (one.name, one.digest()) not in known]
        for engine in new:
            admit(session, engine)


def stock_names() -> frozenset[str]:
    """Return the names of the voices of all engines that are installed."""
    engines = (engine_named(plugin.name) for plugin in installed() if not plugin.problem)
    return frozenset(voice.name for engine in engines for voice in engine.stock_voices())


def admit(session: Session, engine: Engine) -> None:
    """Enter the stock voices of ``engine``, under a speaker and a grant of their own."""
    speaker = SpeakerId(new_id("speaker"))
    session.vault.create_subject(speaker)
    stock = engine.stock_voices()
    sealed = [archive.sealed_stock_voice(session, engine, voice, speaker) for voice in stock]
    with (
        archive.undone_on_failure(session, *(kept for _, kept in sealed)),
        session.as_installation().act(speaker) as tx,
    ):
        consents.add_speaker(tx, speaker, house=True)
        grant = _give(tx, session, speaker, licensee=ANY, purpose=ANY, actions=SPEECH, note=_note(engine, stock))
        for voice, (profile, kept) in zip(stock, sealed, strict=True):
            _enter(tx, speaker, grant=grant, engine=engine, voice=voice, profile=profile, kept=kept)
        rows = committed(session.vault, speaker, archive.stock_rows(tx, grant))
        admitted = StockAdmitted(engine=engine.name, count=len(stock), rows=rows)
        append(tx, admitted.entry(stamp(now()), grant))


def _enter(
    tx: Connection,
    speaker: SpeakerId,
    *,
    grant: GrantId,
    engine: Engine,
    voice: StockVoice,
    profile: VoiceProfile,
    kept: StoredBytes,
) -> None:
    artifact = Artifact(kept.artifact_id, kept.kind, kept.blob, kept.digest, grant)
    record(tx, artifact, speakers=[speaker], parents=[])
    row = VoiceRow(
        voice_id=VoiceId(new_id("voice")),
        speaker_id=speaker,
        engine=engine.name,
        engine_digest=engine.digest(),
        voice_digest=profile.asset.digest(),
        language=voice.language,
        artifact_id=kept.artifact_id,
        created_at=stamp(now()),
        path=ClonePath.STOCK,
        name=voice.name,
        house=True,
    )
    insert_voice(tx, row)


def _note(engine: Engine, stock: Sequence[StockVoice]) -> str:
    """Return licence and source, with the first source in full where there are too many for a note."""
    licences = ", ".join(sorted({voice.licence for voice in stock}))
    sources = sorted({voice.source for voice in stock})
    more = f", and {len(sources) - 1} more of the same kind" if len(sources) > 1 else ""
    return f"stock voices of {engine.name} {engine.version}; licence {licences}; source {sources[0]}{more}"


def _give(
    tx: Connection,
    session: Session,
    speaker: SpeakerId,
    *,
    licensee: str,
    purpose: str,
    actions: tuple[Action, ...],
    note: str,
) -> GrantId:
    moment = now()
    given = Grant(
        grant_id=GrantId(new_id("grant")),
        speaker=speaker,
        licensee=licensee,
        purposes=(Purpose(purpose),),
        not_before=moment,
        actions=actions,
        note=note,
        house=True,
    )
    signature = sign(document_of(given), key_of(session, tx, speaker))
    changes.insert_grant(tx, given, who=Party.OPERATOR, at=moment, signature=signature)
    entered = GrantEntered(
        state=given.state,
        licensee=licensee,
        terms=terms_commitment(session, given),
        version=given.version,
        signature=session.vault.commit(speaker, signature.encode(), domain=Domain.SIGNATURE),
        house=True,
        note=note[:200].strip(),
        purpose=purpose,
    )
    enter(session, tx, entered, stamp(moment), speaker=speaker, grant=given.grant_id)
    return given.grant_id


def _find(tx: Connection) -> SpeakerId | None:
    """Return the house speaker who may mark: the house itself, which owns no voice."""
    houses = [speaker.speaker_id for speaker in consents.list_speakers(tx) if speaker.house]
    return next((one for one in houses if any(Action.MARK in g.actions for g in consents.grants_of(tx, one))), None)
