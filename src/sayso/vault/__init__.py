"""The vault room: subject keys, sealed blobs, sealed fields, and shredding."""

from __future__ import annotations

from sayso.vault.domains import Domain
from sayso.vault.kek import FileKek, KeyEncryptionKey
from sayso.vault.keys import DestroyedKey
from sayso.vault.vault import BlobRef, SealedBlob, Swept, Vault

__all__ = ["BlobRef", "DestroyedKey", "Domain", "FileKek", "KeyEncryptionKey", "SealedBlob", "Swept", "Vault"]
