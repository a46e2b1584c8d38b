"""The prints on the list of protected voices, opened to be compared."""

from __future__ import annotations

from typing import Final

from sayso.enrollment import protected_store
from sayso.enrollment.same_speaker import VoicePrint, unpacked_print
from sayso.ids import ProtectedId
from sayso.vault import Vault
from sayso.workflows.installation.session import Session

PROTECTED_FIELD: Final = "print of a protected voice"


def protected_prints(session: Session) -> list[VoicePrint]:
    """Return every print of the list, of whatever organisation, for a check that shows none of them."""
    with session.read() as tx:
        return [opened_print(session.vault, each, sealed) for each, sealed in protected_store.every_print(tx)]


def opened_print(vault: Vault, protected: ProtectedId, sealed: bytes) -> VoicePrint:
    """Return a print of the list; raise `FieldTampered`, or `KeyMissing` where its secret is destroyed."""
    return unpacked_print(vault.open_by_secret(sealed, secret_of(protected), field=PROTECTED_FIELD))


def secret_of(protected: ProtectedId) -> str:
    """Return the name of the secret that seals an entry."""
    return protected.replace("_", "-")
