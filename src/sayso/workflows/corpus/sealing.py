"""Sealing the sounds of a corpus under their speakers' keys, in whatever process the work is done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from sayso.database import connect
from sayso.ids import SpeakerId
from sayso.settings import Settings
from sayso.vault import FileKek, Vault

FIELD: Final = "corpus-sound"


@dataclass(frozen=True)
class VaultSeal:
    """Seals by the vault that ``settings`` describe: a worker opens it for itself, and no key is handed to it."""

    settings: Settings

    def seal(self, plain: bytes, speaker: str) -> bytes:
        """Return ``plain`` sealed under the speaker's key."""
        return _vault(self.settings).seal_field(plain, SpeakerId(speaker), field=FIELD)

    def unseal(self, sealed: bytes, speaker: str) -> bytes:
        """Return the plain; raise `Shredded` where the key is gone."""
        return _vault(self.settings).open_field(sealed, SpeakerId(speaker), field=FIELD)


@cache
def _vault(settings: Settings) -> Vault:
    return Vault(
        FileKek(settings.kek_file or settings.home / "keys" / "kek"),
        connect(settings.keys_url, journal="DELETE"),
        settings.blobs_url,
    )
