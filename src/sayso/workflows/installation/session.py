"""A session: an installation as one actor works with it. Every workflow takes one, so that it knows who asks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from sayso.accounts import store as accounts
from sayso.accounts.actor import Actor, local_operator
from sayso.accounts.errors import LicenseeNotHeld, RoleRefused
from sayso.accounts.rights import BOUND, RIGHTS, Right, roles_with
from sayso.clock import now, stamp
from sayso.consent.fields import ANY
from sayso.database import Connection
from sayso.errors import Refused
from sayso.ids import SpeakerId
from sayso.ledger import append
from sayso.ledger.acts import ActRefused
from sayso.settings import Settings
from sayso.workflows.installation.installation import Installation, open_installation

if TYPE_CHECKING:
    from sayso.consent.cedar import Policies
    from sayso.consent.permit import Gate, PermitKey
    from sayso.credentials.authority import LocalAuthority
    from sayso.credentials.operator_certificate import OperatorAuthority
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
        role = self.actor.role
        if right not in RIGHTS[role]:
            others = " or ".join(roles_with(right))
            self._refuse(right, RoleRefused(f"role: got {role}, expected {others}, which has the right {right!s}"))

    def require_licensee(self, licensee: str, right: Right) -> None:
        """Return where who asks may name the licensee; otherwise log that it was refused and raise `LicenseeNotHeld`.

        A producer acts for the licensees that their organisation holds, and for no other.
        """
        if not self.may_name(licensee):
            message = f"licensee: got {licensee}, expected one that {self.actor.organisation} holds"
            self._refuse(right, LicenseeNotHeld(message), licensee.strip())

    def may_name(self, licensee: str) -> bool:
        """Return whether who asks may act for the licensee; raise `LicenseeInvalid` for a name that is none."""
        if self.actor.role not in BOUND:
            return True
        with self.read() as tx:
            return licensee != ANY and accounts.holder_of(tx, licensee) == self.actor.organisation

    def as_installation(self) -> Session:
        """Return the same for what the installation does by itself, whoever asks; `tools/rules.py` lists where."""
        return Session(self.installation, local_operator())

    def _refuse(self, right: Right, refused: Refused, licensee: str | None = None) -> NoReturn:
        act = ActRefused(subject=self.actor.organisation, right=right, error=refused.slug, licensee=licensee)
        with self.installation.database.write(scope=self.actor.scope()) as tx:
            append(tx, act.entry(stamp(now())))
        raise refused

    def _check_writer(self) -> None:
        """Refuse a role that changes nothing, whatever an act forgot to ask."""
        if not RIGHTS[self.actor.role]:
            raise RoleRefused(f"role: got {self.actor.role}, which changes nothing")

    def read(self) -> AbstractContextManager[Connection]:
        """Return a transaction that sees one consistent state and changes nothing."""
        return self.installation.database.read(scope=self.actor.scope())

    def write(self) -> AbstractContextManager[Connection]:
        """Return a transaction whose changes are all kept, or, on any error, none; nobody else writes meanwhile."""
        self._check_writer()
        return self.installation.database.write(scope=self.actor.scope())

    @contextlib.contextmanager
    def act(self, *speakers: SpeakerId) -> Iterator[Connection]:
        """Yield the one transaction of a unit of work on these speakers: state, lineage and entries, kept together.

        What is read of the speakers stays true until the commit, and each of their keys is read once. Acts on other
        speakers go on at the same time where the database can do that.
        """
        self._check_writer()
        scope = self.actor.scope()
        with self.vault.holding(), self.installation.database.write(*speakers, scope=scope) as tx:
            yield tx

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
        """The ledger."""
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
