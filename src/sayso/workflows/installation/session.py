"""A session: an installation as one actor works with it. Every workflow takes one, so that it knows who asks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from sayso import journal
from sayso.accounts import store as accounts
from sayso.accounts.actor import LOCAL, Actor, local_operator
from sayso.accounts.errors import (
    CredentialRefused,
    LicenseeNotHeld,
    PurposeNotOfKey,
    RoleRefused,
    VoiceNotOfKey,
)
from sayso.accounts.rights import BOUND, RIGHTS, Right, roles_with
from sayso.clock import now, stamp
from sayso.consent.fields import ANY
from sayso.database import Connection, Sees
from sayso.errors import Refused
from sayso.ids import CredentialId
from sayso.ledger import append
from sayso.settings import Settings
from sayso.workflows.installation.installation import Installation, open_installation

if TYPE_CHECKING:
    from sayso.consent.cedar import Policies
    from sayso.consent.permit import Gate, PermitKey
    from sayso.credentials.authority import LocalAuthority
    from sayso.credentials.operator_certificate import OperatorAuthority
    from sayso.ledger.checkpoint import Checkpoint
    from sayso.ledger.log import Log
    from sayso.mark import Marker
    from sayso.mark.detector import Detector
    from sayso.mark.mark import MarkKeys
    from sayso.vault import Vault


@dataclass(frozen=True, slots=True)
class Session:
    """An open installation and the actor who asks. Transactions are opened here and nowhere else."""

    installation: Installation
    actor: Actor

    def require(self, right: Right) -> None:
        """Return where the role of who asks has the right; otherwise log that it was refused and raise `RoleRefused`.

        Every act asks this first, before its transaction: `tools/rules.py` finds one that does not.
        """
        self._check_credential(right)
        role = self.actor.role
        if right not in RIGHTS[role]:
            others = " or ".join(roles_with(right))
            self._refuse(right, RoleRefused(f"role: got {role}, expected {others}, which has the right {right!s}"))

    def require_licensee(self, licensee: str, right: Right) -> None:
        """Return where who asks may name the licensee; otherwise log that it was refused and raise `LicenseeNotHeld`.

        A producer acts for the licensees that their organisation holds, and for no other.
        """
        if not self.may_name(licensee):
            whose = self.actor.organisation if self.actor.key is None else "the organisation and its key"
            message = f"licensee: got {licensee}, expected one that {whose} holds"
            self._refuse(right, LicenseeNotHeld(message), licensee.strip())

    def require_voice(self, voice: str, right: Right) -> None:
        """Return where the key of who asks, if any, allows the voice; otherwise log that and raise `VoiceNotOfKey`."""
        key = self.actor.key
        if key is not None and not key.allows(voice):
            self._refuse(right, VoiceNotOfKey(f"voice: got {voice}, expected one that the key is bound to"))

    def require_purpose(self, purpose: str, right: Right) -> None:
        """Return where the key of who asks, if any, allows the purpose; else log that and raise `PurposeNotOfKey`."""
        key = self.actor.key
        if key is not None and not key.covers(purpose):
            self._refuse(right, PurposeNotOfKey("purpose: got one that the key is not for, expected one of its own"))

    def may_name(self, licensee: str) -> bool:
        """Return whether who asks may act for the licensee; raise `LicenseeInvalid` for a name that is none."""
        key = self.actor.key
        if key is not None and accounts.normal(licensee) != key.licensee:
            return False
        if self.actor.role not in BOUND:
            return True
        with self.read() as tx:
            return licensee != ANY and accounts.holder_of(tx, licensee) == self.actor.organisation

    @property
    def sees_all(self) -> bool:
        """Whether who asks sees the rows of every organisation."""
        return self.actor.scope().sees is Sees.EVERYTHING

    def as_installation(self) -> Session:
        """Return the same for what the installation does by itself, whoever asks; `tools/rules.py` lists where."""
        return Session(self.installation, local_operator())

    def _check_credential(self, right: Right) -> None:
        """Refuse what is asked by a credential that was revoked, or has expired, since the session was opened."""
        if self.actor.credential == LOCAL:
            return
        if self.actor.until is not None:  # a token is in no row, and ends by itself
            if stamp(now()) >= self.actor.until:
                self._refuse(right, CredentialRefused(f"credential: got a token, which expired at {self.actor.until}"))
            return
        found = self.installation.credential(CredentialId(self.actor.credential))
        try:
            if found is None:
                raise CredentialRefused(f"credential: got {self.actor.credential}, which is not here any more")
            found.check(stamp(now()))
        except CredentialRefused as refused:
            self._refuse(right, refused)

    def _refuse(self, right: Right, refused: Refused, licensee: str | None = None) -> NoReturn:
        from sayso.ledger.account_acts import ActRefused  # noqa: PLC0415 - most sessions refuse nothing

        act = ActRefused(subject=self.actor.organisation, right=right, error=refused.slug, licensee=licensee)
        with self.installation.database.write(scope=self.actor.scope()) as tx:
            append(tx, act.entry(stamp(now())))
        self.installation.sequencing.signal()
        journal.note("act.refused", right=str(right), role=str(self.actor.role), error=refused.slug)
        raise refused

    def _check_writer(self) -> None:
        """Refuse a role that changes nothing, whatever an act forgot to ask."""
        if not RIGHTS[self.actor.role]:
            raise RoleRefused(f"role: got {self.actor.role}, which changes nothing")

    def read(self) -> AbstractContextManager[Connection]:
        """Return a transaction that sees one consistent state and changes nothing."""
        return self.installation.database.read(scope=self.actor.scope())

    @contextlib.contextmanager
    def act(self, *names: str) -> Iterator[Connection]:
        """Yield the one transaction of a unit of work: state, lineage and entries are kept together, or not at all.

        ``names`` say what it changes, speakers mostly: what is read of them stays true until the commit, and acts on
        others go on at the same time where the database can do that. Without a name nobody else writes meanwhile. Each
        subject key is read once. The entries get their place in the log later; see `sequencing`.
        """
        self._check_writer()
        scope = self.actor.scope()
        with self.vault.holding(), self.installation.database.write(*names, scope=scope) as tx:
            yield tx
        self.installation.sequencing.signal()

    def integrate(self) -> Checkpoint:
        """Give every queued entry its place in the log, and return the checkpoint that covers it."""
        return self.installation.sequencing.run()

    def catch_up(self) -> None:
        """Give the entries that wait, of this process or another, their place, if there are any."""
        self.installation.sequencing.catch_up()

    def entry_of(self, ticket: int) -> int:
        """Return the place in the log of the entry that an act queued."""
        return self.log.index_of(ticket)

    def close(self) -> None:
        """Give the entries that wait their place, and the connections back. The session is of no use afterwards."""
        try:
            self.catch_up()
        finally:
            self.installation.close()

    def forget_deleted(self) -> None:
        """Leave no deleted byte in the state's files; see `Database.forget_deleted`."""
        self.installation.database.forget_deleted()

    @property
    def settings(self) -> Settings:
        """The settings of the installation."""
        return self.installation.settings

    @property
    def vault(self) -> Vault:
        """Subject keys, blobs and sealed fields."""
        return self.installation.vault

    @property
    def log(self) -> Log:
        """The ledger with all that was done, by any process: not to be asked for inside an act."""
        self.catch_up()
        return self.installation.log

    @property
    def gate(self) -> Gate:
        """The check that every stage makes."""
        return self.installation.gate

    @property
    def permit_key(self) -> PermitKey:
        """The key that signs permits; only `decide` is handed it."""
        return self.installation.permit_key

    @property
    def policies(self) -> Policies:
        """The compiled policies of the speakers asked for last."""
        return self.installation.policies

    @property
    def mark_keys(self) -> MarkKeys:
        """The keys of the watermark."""
        return self.installation.mark_keys

    @property
    def marker(self) -> Marker:
        """What embeds marks."""
        return self.installation.marker

    @property
    def detector(self) -> Detector:
        """What finds marks."""
        return self.installation.detector

    @property
    def authority(self) -> LocalAuthority | OperatorAuthority:
        """Who signs content credentials now."""
        return self.installation.authority

    @property
    def local_authority(self) -> LocalAuthority:
        """The certificate authority of this installation."""
        return self.installation.local_authority

    def anchors_pem(self) -> bytes:
        """Return the roots whose signatures are trusted here."""
        return self.installation.anchors_pem()


def open_session(settings: Settings, actor: Actor | None = None) -> Session:
    """Open the installation that ``settings`` describe for ``actor``, by default the local operator.

    Raise as `open_installation` does.
    """
    return Session(open_installation(settings), actor or local_operator())
