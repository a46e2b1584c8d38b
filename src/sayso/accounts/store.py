"""The tables of accounts: organisations, the licensees that they hold, and the credentials of who acts for them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from sayso.accounts.actor import Role
from sayso.accounts.errors import (
    CredentialRefused,
    CredentialVoid,
    LicenseeInvalid,
    LicenseeTaken,
    OrganisationUnknown,
)
from sayso.database import PreparedWithin, everything, metadata, within
from sayso.database.words import word
from sayso.ids import ID_LENGTH, OWN_ORGANISATION, CredentialId, OrganisationId, SpeakerId

MAX_LICENSEE_CHARS: Final = 200

OPERATOR: Final = "operator"
"""The licensee of the installation's own grants, such as the one to mark files: no organisation holds it."""

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", String(ID_LENGTH), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("created_at", String(24), nullable=False),
)
"""The organisation that runs the installation is in no row."""

licensees = Table(
    "licensees",
    metadata,
    Column("licensee", String(MAX_LICENSEE_CHARS), primary_key=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
)

credentials = Table(
    "credentials",
    metadata,
    Column("credential_id", String(ID_LENGTH), primary_key=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("speaker_id", String(ID_LENGTH), index=True),
    Column("scope", Text),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=False),
    Column("revoked_at", String(24)),
)
"""Of a secret only its keyed digest is kept; see `sayso.accounts.secret`. ``scope`` is that of a key of the API."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential: for whom it stands, until when, and since when it is void if it was revoked."""

    credential_id: CredentialId
    organisation_id: OrganisationId
    role: Role
    speaker_id: SpeakerId | None
    secret_hash: bytes
    created_at: str
    expires_at: str
    revoked_at: str | None = None
    scope: str | None = None

    @property
    def stands_for(self) -> str:
        """Return what the digest of the secret is over too: edited, the credential is no longer the one issued."""
        text = f"{self.organisation_id} {self.role} {self.speaker_id or ''} {self.expires_at}"
        return text if self.scope is None else f"{text} {self.scope}"

    def check(self, at: str) -> None:
        """Return if the credential is valid at ``at`` (as `clock.stamp` writes it); raise `CredentialRefused`."""
        if self.revoked_at is not None:
            raise CredentialRefused(f"credential: got {self.credential_id}, which was revoked at {self.revoked_at}")
        if at >= self.expires_at:
            raise CredentialRefused(f"credential: got {self.credential_id}, which expired at {self.expires_at}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation with the licensees that it holds."""

    organisation_id: OrganisationId
    name: str
    created_at: str
    licensees: tuple[str, ...]


def normal(licensee: str) -> str:
    """Return the licensee's name in its one form; raise `LicenseeInvalid` for a name that is none."""
    name = unicodedata.normalize("NFC", licensee).strip()
    if not name or len(name) > MAX_LICENSEE_CHARS or not name.isprintable() or name == "*":
        raise LicenseeInvalid(
            f"licensee: got {licensee[:40]!r}, expected a name of 1 to {MAX_LICENSEE_CHARS} characters"
        )
    return name


def insert_organisation(tx: Connection, organisation: OrganisationId, name: str, *, at: str) -> None:
    """Enter a new organisation."""
    tx.execute(insert(organisations).values(organisation_id=organisation, name=name, created_at=at))


def check_organisation(tx: Connection, organisation: OrganisationId) -> None:
    """Return if there is such an organisation; raise `OrganisationUnknown`."""
    if organisation == OWN_ORGANISATION:
        return
    query = select(organisations.c.organisation_id).where(
        within(tx, organisations), organisations.c.organisation_id == organisation
    )
    if tx.execute(query).first() is None:
        raise OrganisationUnknown(f"got {organisation}, expected the id of an organisation that is here")


def list_organisations(tx: Connection) -> list[Organisation]:
    """Return every organisation, oldest first."""
    query = select(organisations).where(within(tx, organisations))
    rows = tx.execute(query.order_by(organisations.c.created_at, organisations.c.organisation_id)).all()
    return [
        Organisation(OrganisationId(row.organisation_id), row.name, row.created_at, held_by(tx, row.organisation_id))
        for row in rows
    ]


def hold(tx: Connection, organisation: OrganisationId, licensee: str) -> bool:
    """Let the organisation hold the licensee; return False where it does already, raise `LicenseeTaken`."""
    if normal(licensee) == OPERATOR:
        raise LicenseeTaken(f"{OPERATOR} is the installation itself, expected the name of a company or person")
    holder = holder_of(tx, licensee)
    if holder not in (None, organisation):
        raise LicenseeTaken(f"{licensee} is held by {holder}, and a licensee is held by one organisation only")
    if holder is None:
        tx.execute(insert(licensees).values(licensee=normal(licensee), organisation_id=organisation))
    return holder is None


def holder_of(tx: Connection, licensee: str) -> OrganisationId | None:
    """Return the organisation that holds the licensee, whoever asks; None where none does."""
    with everything(tx):
        found = _HOLDER.row(tx, known=normal(licensee))
    return None if found is None else OrganisationId(found.organisation_id)


def _holder_seen(tx: Connection) -> Select[Any]:
    return select(licensees.c.organisation_id).where(within(tx, licensees), licensees.c.licensee == bindparam("known"))


_HOLDER: Final = PreparedWithin(_holder_seen)


def held_by(tx: Connection, organisation: OrganisationId) -> tuple[str, ...]:
    """Return the licensees that the organisation holds, in order."""
    query = select(licensees.c.licensee).where(within(tx, licensees), licensees.c.organisation_id == organisation)
    return tuple(tx.execute(query.order_by(licensees.c.licensee)).scalars())


def insert_credential(tx: Connection, credential: Credential) -> None:
    """Enter a new credential."""
    values = {name: getattr(credential, name) for name in Credential.__slots__} | {"role": str(credential.role)}
    tx.execute(insert(credentials).values(values))


def get_credential(tx: Connection, credential: CredentialId) -> Credential | None:
    """Return the credential; None where there is none."""
    row = _CREDENTIAL.row(tx, known=credential)
    return None if row is None else _credential(row)


def _credential_seen(tx: Connection) -> Select[Any]:
    return select(credentials).where(within(tx, credentials), credentials.c.credential_id == bindparam("known"))


_CREDENTIAL: Final = PreparedWithin(_credential_seen)


def list_credentials(tx: Connection) -> list[Credential]:
    """Return every credential, revoked ones too, oldest first."""
    query = select(credentials).where(within(tx, credentials))
    rows = tx.execute(query.order_by(credentials.c.created_at, credentials.c.credential_id))
    return [_credential(row) for row in rows]


def revoke_credential(tx: Connection, credential: CredentialId, *, at: str) -> None:
    """Make the credential void from ``at`` on; raise `CredentialVoid` where it was revoked before."""
    this = (within(tx, credentials), credentials.c.credential_id == credential, credentials.c.revoked_at.is_(None))
    if tx.execute(update(credentials).where(*this).values(revoked_at=at)).rowcount != 1:
        raise CredentialVoid(f"{credential} was revoked before")


def forget(tx: Connection, speaker: SpeakerId) -> int:
    """Delete every credential of an erased speaker; return how many there were."""
    of_speaker = (within(tx, credentials), credentials.c.speaker_id == speaker)
    return tx.execute(delete(credentials).where(*of_speaker)).rowcount


def _credential(row: Row[Any]) -> Credential:
    values = row._asdict()
    return Credential(**{**values, "role": word(Role, row.role, row=f"credentials row {row.credential_id}")})
