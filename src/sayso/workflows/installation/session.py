"""A session: an installation as one actor works with it. Every workflow takes one, so that it knows who asks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sayso.accounts.actor import Actor, local_operator
from sayso.database import Connection
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
