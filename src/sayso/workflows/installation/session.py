"""A session: an installation as one actor works with it. Every workflow takes one, so that it knows who asks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sayso.accounts.actor import Actor, local_operator
from sayso.database import Connection
from sayso.ids import SpeakerId
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

    def read(self) -> AbstractContextManager[Connection]:
        """Return a transaction that sees one consistent state and changes nothing."""
        return self.installation.database.read()

    def write(self) -> AbstractContextManager[Connection]:
        """Return a transaction whose changes are all kept, or, on any error, none; nobody else writes meanwhile."""
        return self.installation.database.write()

    @contextlib.contextmanager
    def act(self, *speakers: SpeakerId) -> Iterator[Connection]:
        """Yield the one transaction of a unit of work on these speakers: state, lineage and entries, kept together.

        What is read of the speakers stays true until the commit, and each of their keys is read once. Acts on other
        speakers go on at the same time where the database can do that.
        """
        with self.vault.holding(), self.installation.database.write(*speakers) as tx:
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
