"""The certificate of erasure: what was found, what was done to it, and what was not reached.

One text file in three parts, each readable by eye::

    sayso erasure certificate v1              a signed note (c2sp.org/signed-note): this line, one line of
    {"certificate":"crt_...", ...}            canonical JSON, and the signature of the log

    — sayso.local/log ...

    inventory 12                              the lines that the signed Merkle root is over
    clip art_...

    c2sp.org/tlog-proof@v1                    the proof that its entry, which holds the hash of the note, is in the log
    ...

It proves what this installation knew and did, and when. It cannot prove that there are no copies elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from sayso import canonical
from sayso.erasure.errors import ErasureCertificateMalformed
from sayso.errors import Invalid
from sayso.ids import parse_id
from sayso.ledger.acts import ErasureCertified
from sayso.vault import DestroyedKey

TITLE: Final = "sayso erasure certificate v1"
ENTRY_TYPE: Final = ErasureCertified.TYPES[0]
MAX_BYTES: Final = 256 * 1024 * 1024

METHOD: Final = (
    "the wrapped key was overwritten in its row and the row deleted; every other key was wrapped anew under a new "
    "key-encryption key; the old key-encryption key was overwritten where it stood in its file, and synced: what "
    "journals, free blocks and the logs of a database server hold of the wrapped key opens with nothing left here"
)

RETAINED: Final = (
    "of each grant: its id, licensee and purposes, in the state erased, without the speaker",
    "of each clip: which mark leads to which grant, so that a clip found later is known to be of an erased grant",
    "the ledger: its entries hold commitments under the destroyed key, which nobody can link any more",
)

NOT_REACHED: Final = (
    "files that were exported, published or handed out: they are outside this installation; each bears a mark",
    "what others recorded, copied or trained from such files",
    "backups of blobs: unreadable without the destroyed key, and gone when they expire",
    "backups that hold both the key store and the key-encryption key: they must be destroyed or expire",
    "an older key-encryption key in snapshots and in cells that a flash drive has put aside",
    "an older key-encryption key on file systems that do not overwrite in place: btrfs, ZFS, ext4 with data=journal",
    "what the operating system kept of a running process: swap, hibernation, core dumps",
)

UNKNOWN_LATER: Final = "no list is kept to recognise the voice, so a new enrolment of it would not be known as such"

PRINT_KEPT: Final = (
    "a print of the voice (two embeddings, no sound), {protected} on the list of protected voices, because the speaker "
    "asked for it: whoever enrols with a voice like it goes to a person; it is taken off the list, and the secret that "
    "seals it destroyed, as soon as the speaker asks"
)


@dataclass(frozen=True, slots=True)
class ErasureOutcome:
    """What was done: files named by rows and those of them left, and what the sweep of all files found."""

    blobs_named: int
    blobs_left: int
    files_scanned: int
    strays_unlinked: int
    foreign_files: int
    rows_deleted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is signed. Moments are as `clock.stamp` writes them, ``inventory_root`` is hex."""

    certificate: str
    plan: str
    subject: str
    channel: str
    requested_at: str
    issued_at: str
    inventory_root: str
    inventory_size: int
    counts: Mapping[str, int]
    outcome: ErasureOutcome
    keys: tuple[DestroyedKey, ...]
    method: str = METHOD
    retained: tuple[str, ...] = RETAINED
    not_reached: tuple[str, ...] = (*NOT_REACHED, UNKNOWN_LATER)

    @property
    def text(self) -> str:
        """The text that is signed: title and canonical JSON."""
        return f"{TITLE}\n{canonical.encode({'v': 1, **asdict(self)}).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read such a text; raise `ErasureCertificateMalformed` for anything that `text` would not have written."""
        title, _, line = text.partition("\n")
        if title != TITLE:
            raise ErasureCertificateMalformed(
                f"got a text that is no certificate, expected one that begins with {TITLE}"
            )
        try:
            fields: dict[str, Any] = canonical.decode(line.removesuffix("\n").encode())
            version = fields.pop("v")
            fields["outcome"] = ErasureOutcome(**fields["outcome"])
            fields["keys"] = tuple(DestroyedKey(**key) for key in fields["keys"])
            fields |= {name: tuple(fields[name]) for name in ("retained", "not_reached")}
            made = cls(**fields)
            parse_id("certificate", made.certificate)
            parse_id("plan", made.plan)
            same = version == 1 and _has_shape(made) and made.text == text
        except (Invalid, TypeError, KeyError, AttributeError, ValueError):
            same = False
        if not same:
            raise ErasureCertificateMalformed("got a certificate whose facts do not parse, or of a newer version")
        return made


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """The three parts of a certificate's file, not yet to be believed."""

    note: str
    inventory: str
    proof: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a file apart; raise `ErasureCertificateMalformed` if it has not the three parts."""
        note, gap, rest = text.partition("\n\ninventory ")
        number, _, rest = rest.partition("\n")
        inventory, second_gap, proof = ("\n" + rest).partition("\n\n")
        inventory = inventory.removeprefix("\n") + ("\n" if len(inventory) > 1 else "")
        parts = cls(note + "\n", inventory, proof)
        whole = text.startswith(TITLE + "\n") and gap and second_gap and len(text) <= MAX_BYTES
        if not whole or number != str(len(inventory.splitlines())) or str(parts) != text:
            raise ErasureCertificateMalformed(
                f"got a text that is no certificate of erasure, expected {TITLE!r}, an inventory and a proof"
            )
        return parts

    def __str__(self) -> str:
        """Return the file."""
        lines = self.inventory.count("\n")
        return f"{self.note}\ninventory {lines}\n{self.inventory}\n{self.proof}"


def _has_shape(made: Certificate) -> bool:
    outcome = made.outcome
    texts = [made.subject, made.channel, made.requested_at, made.issued_at, made.inventory_root, made.method]
    texts += [
        *made.retained,
        *made.not_reached,
        *(text for key in made.keys for text in (key.key_id, key.destroyed_at)),
    ]
    numbers = [made.inventory_size, outcome.blobs_named, outcome.blobs_left, outcome.files_scanned]
    numbers += [outcome.strays_unlinked, outcome.foreign_files]
    numbers += [*made.counts.values(), *outcome.rows_deleted.values()]
    return all(isinstance(text, str) for text in texts) and all(type(number) is int for number in numbers)


def digest(note_text: str) -> str:
    """Return the SHA-256 (hex) of the signed text, which the ledger entry holds."""
    return hashlib.sha256(note_text.encode()).hexdigest()
