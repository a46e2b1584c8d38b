"""One installation: its settings, its stores and its keys, wired together once."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sayso import journal
from sayso.accounts import store as accounts
from sayso.clock import now
from sayso.consent import store as consents
from sayso.consent.permit import Begun, EpochOf, Gate, PermitKey, remembered, signing_key
from sayso.database import EVERYTHING, Connection, Database, connect
from sayso.database.schema import KEYS, STATE, upgrade
from sayso.database.unchanged import Unchanged
from sayso.disk import is_read_only, locked, make_private
from sayso.ids import CredentialId, SpeakerId
from sayso.ledger.log import Log
from sayso.settings import Settings
from sayso.vault import FileKek, Vault
from sayso.workflows.installation.sequencing import Sequencing

if TYPE_CHECKING:
    from sayso.accounts.store import Credential
    from sayso.consent.cedar import Policies
    from sayso.credentials.authority import LocalAuthority
    from sayso.credentials.operator_certificate import OperatorAuthority
    from sayso.mark import Marker
    from sayso.mark.detector import Detector
    from sayso.mark.mark import MarkKeys
    from sayso.repertoire.repertoire import Repertoire
    from sayso.workflows.installation.witnessing import Witnessing

LOOK_S: Final = 2.0
"""How long work on a file may go on after a withdrawal where the database does not tell of commits (PostgreSQL)."""

HEARD_S: Final = 0.1
"""How long sound may leave after a withdrawal where the database does not tell of commits."""


@dataclass(frozen=True)
class Installation:
    """An open installation. Keys and models are read when first asked for."""

    settings: Settings
    database: Database
    vault: Vault
    is_fixed: bool = False
    _begun: Begun = field(default_factory=Begun, repr=False, compare=False)

    @cached_property
    def log(self) -> Log:
        """Return the ledger's log, signed with this installation's keys: ``log``, then ``log-1`` and so on."""
        secret = self.vault.operator_secret
        return Log(
            self.database,
            self.settings.tiles,
            key=secret("log"),
            origin=self.settings.log_origin,
            later=lambda number: secret(f"log-{number}"),
        )

    @cached_property
    def sequencing(self) -> Sequencing:
        """Return what gives the entries of this process their place in the log."""
        return Sequencing(lambda: self.log, is_fixed=self.is_fixed, placed=self._rise)

    def _rise(self) -> None:
        """Have the high-water mark remember the log, if the settings name one: what asks witnesses loads slowly."""
        if self.settings.high_water:
            self.witnessing.rise()

    @cached_property
    def witnessing(self) -> Witnessing:
        """Return what asks the witnesses whether this is the present ledger."""
        from sayso.workflows.installation.witnessing import Witnessing  # noqa: PLC0415 - loads an HTTP client

        return Witnessing(self.settings, lambda: self.log)

    def credential(self, credential: CredentialId) -> Credential | None:
        """Return a credential as it is now, None where there is none: one request asks for its own several times."""
        return self._credentials.get(credential, lambda: self._credential(credential))

    @cached_property
    def _credentials(self) -> Unchanged[CredentialId, Credential | None]:
        return Unchanged(self.database)

    def _credential(self, credential: CredentialId) -> Credential | None:
        with self.database.read(scope=EVERYTHING) as tx:
            return accounts.get_credential(tx, credential)

    @cached_property
    def permit_key(self) -> PermitKey:
        """Return the key that signs permits; only `decide` is handed it."""
        return signing_key(self.vault.operator_secret("permit"))

    @cached_property
    def gate(self) -> Gate:
        """Return the check that every stage makes."""
        return self._gate(self.epoch_of)

    def gate_within(self, tx: Connection) -> Gate:
        """Return the check for an act: it reads what the act's own transaction sees."""
        return self._gate(lambda speaker: consents.epoch_of(tx, speaker))

    def gate_inside(self) -> Gate:
        """Return the check for sound that is being made and does not leave before another gate has been asked.

        It reads a speaker's epoch again when anything was committed since, or, where the database does not tell of
        that, after `LOOK_S` seconds: a withdrawal ends the work, and the file is refused either way.
        """
        return self._gate(remembered(self.epoch_of, self._version))

    def gate_live(self) -> Gate:
        """Return the check for sound that is heard while it is made: as `gate_inside`, but looking every `HEARD_S`."""
        return self._gate(remembered(self.epoch_of, lambda: self._version(HEARD_S)))

    def _version(self, look_s: float = LOOK_S) -> int:
        changes = self.database.changes()
        return int(time.monotonic() / look_s) if changes is None else changes

    def _gate(self, epoch_of: EpochOf) -> Gate:
        return Gate(self.permit_key.public_key().public_bytes_raw(), epoch_of, begun=self._begun)

    @cached_property
    def policies(self) -> Policies:
        """Return the compiled policies of the speakers asked for last."""
        from sayso.consent.cedar import Policies  # noqa: PLC0415 - loads Cedar

        return Policies()

    def close(self) -> None:
        """Give the connections to both databases back."""
        self.database.close()
        self.vault.keys.close()

    def epoch_of(self, speaker: SpeakerId) -> int | None:
        """Return the speaker's epoch now, None when unknown or erased."""
        with self.database.read(scope=EVERYTHING) as tx:
            return consents.epoch_of(tx, speaker)

    @cached_property
    def mark_keys(self) -> MarkKeys:
        """Return the keys of the watermark."""
        from sayso.mark.mark import MarkKeys  # noqa: PLC0415

        return MarkKeys.derive(self.vault.operator_secret("mark"))

    @cached_property
    def marker(self) -> Marker:
        """Return what embeds marks."""
        from sayso.mark import Marker  # noqa: PLC0415

        return Marker(self.mark_keys, self.gate)

    @cached_property
    def repertoire(self) -> Repertoire:
        """Return which phrases are kept to be said again."""
        from sayso.repertoire.repertoire import Repertoire  # noqa: PLC0415

        return Repertoire(self.settings.phrase_cache_mb << 20)

    @cached_property
    def detector(self) -> Detector:
        """Return what finds marks."""
        from sayso.mark.detector import Detector  # noqa: PLC0415

        return Detector(self.mark_keys)

    @property
    def authority(self) -> LocalAuthority | OperatorAuthority:
        """Return who signs content credentials now: the operator's own certificate, or the local authority."""
        from sayso.credentials import operator_certificate  # noqa: PLC0415

        return operator_certificate.in_use(self.vault, now=now()) or self.local_authority

    def anchors_pem(self) -> bytes:
        """Return the roots whose signatures are trusted here: the local one, and those the operator named."""
        from sayso.credentials import operator_certificate  # noqa: PLC0415

        return self.local_authority.root_pem() + operator_certificate.anchors_pem(self.vault)

    @cached_property
    def local_authority(self) -> LocalAuthority:
        """Return the certificate authority of this installation, which signs until an operator brings another."""
        from sayso.credentials.authority import LocalAuthority  # noqa: PLC0415

        return LocalAuthority(self.vault)


def open_installation(settings: Settings) -> Installation:
    """Open the installation that ``settings`` describe, making it where there is none.

    A home that cannot be written can be read and verified. Raise `Unavailable` where the disk, the database or a key
    cannot be had, `Tampered` where one was changed.
    """
    journal.keep(settings.journal)
    is_fixed = is_read_only(settings.home)
    if not is_fixed:
        make_private(settings.home)
    with contextlib.nullcontext() if is_fixed else locked(settings.home / ".opening"):
        database = connect(settings.database_url)
        upgrade(database, STATE)
        keys = connect(settings.keys_url, journal="DELETE")
        upgrade(keys, KEYS)
        vault = Vault(FileKek(settings.kek_file or settings.home / "keys" / "kek"), keys, settings.blobs_url)
    return Installation(settings, database, vault, is_fixed)
