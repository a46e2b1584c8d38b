"""Asking witnesses: each is sent the checkpoint and the proof of growth from what it saw last (c2sp.org/tlog-witness).

Plain HTTP with the standard library. A witness that does not answer costs its cosignature and nothing else; one that
has seen another history than ours is a `LogForked`, which nobody should sleep through.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.errors import LogForked, NoteInvalid, WitnessUnavailable
from sayso.ledger.merkle import consistency_ranges
from sayso.ledger.note import COSIGNATURE, Note, Signature, VerifierKey, open_note
from sayso.ledger.reading import PublishedShard
from sayso.ledger.tree import Tree
from sayso.ledger.witness import Submission

TIMEOUT_S: Final = 5.0

_MAX_ANSWER_BYTES: Final = 65_536
_SIZE: Final = re.compile(r"(0|[1-9][0-9]{0,18})\n")
_OK, _CONFLICT = 200, 409

Growth = Callable[[int], Sequence[bytes]]
"""Called with an old size: the consistency proof from there to the checkpoint that is submitted."""


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """Where a witness answers, and the key by which its cosignatures are known."""

    url: str
    key: VerifierKey

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``URL VKEY``, the form in the settings; raise `NoteInvalid`."""
        url, gap, vkey = text.strip().partition(" ")
        parts = urlsplit(url)
        if not gap or parts.scheme not in {"http", "https"} or not parts.hostname:
            raise NoteInvalid(f"witness: got {text[:80]!r}, expected an http address, a space, and a vkey")
        key = VerifierKey.parse(vkey.strip())
        if key.type != COSIGNATURE:
            raise NoteInvalid(f"witness {key.name}: got a key of type {key.type:#04x}, expected a cosigner's (0x04)")
        return cls(url.rstrip("/"), key)

    def ask(self, note: str, checkpoint: Checkpoint, growth: Growth) -> Signature:
        """Return the witness's cosignature of ``note``; raise `WitnessUnavailable` or `LogForked`.

        Without knowing how far the witness is, it is asked as if it had seen nothing; its 409 says.
        """
        status, answer = self._post(Submission(0, (), note))
        size = _SIZE.fullmatch(answer) if status == _CONFLICT else None
        if size is not None:
            old = int(size[1])
            if old > checkpoint.size:
                raise LogForked(
                    f"witness {self.key.name} has cosigned {old} entries, the log here has {checkpoint.size};"
                    " the log was rolled back"
                )
            status, answer = self._post(Submission(old, tuple(growth(old)), note))
        if status in {_CONFLICT, 422} and not _SIZE.fullmatch(answer):
            raise LogForked(
                f"witness {self.key.name} has cosigned another history of {checkpoint.origin}; {answer:.200}"
            )
        if status != _OK:
            raise WitnessUnavailable(f"witness {self.key.name} answered {status}: {answer.strip()[:200]}")
        return self._cosignature(note, answer)

    def _cosignature(self, note: str, answer: str) -> Signature:
        try:
            opened = Note.parse(note + answer)
        except NoteInvalid as error:
            raise WitnessUnavailable(f"witness {self.key.name} answered no signature ({error.message})") from None
        for signature in opened.signatures:
            is_ours = (signature.name, signature.key_id) == (self.key.name, self.key.key_id)
            if is_ours and self.key.has_signed(opened.text, signature.value):
                return signature
        raise WitnessUnavailable(f"witness {self.key.name} answered without a cosignature by its key")

    def _post(self, sent: Submission) -> tuple[int, str]:
        parts = urlsplit(self.url)
        make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = make(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", f"{parts.path}/add-checkpoint", str(sent).encode())
            response = connection.getresponse()
            return response.status, response.read(_MAX_ANSWER_BYTES).decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise WitnessUnavailable(f"witness {self.key.name} at {self.url} did not answer ({error})") from error
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint with what the witnesses made of it: who has cosigned, and why others have not."""

    note: str
    by: tuple[str, ...]
    missing: tuple[str, ...]


def cosigned(published: PublishedShard, witnesses: Sequence[WitnessAddress]) -> Cosigned:
    """Return a shard's checkpoint with what those of ``witnesses`` add to it who have not cosigned yet.

    A witness that does not answer is named in what is returned. Raise `LogForked` where one has seen another history.
    """
    if published.note is None:
        return _unpublished(witnesses)
    keys = [published.shard.verifier, *(each.key for each in witnesses)]
    _, there = open_note(published.note, keys)
    signatures, missing = _answers(published, published.note, [each for each in witnesses if each.key not in there])
    note = merged(published.note, [*signatures.values()])
    _, there = open_note(note, keys)
    return Cosigned(note, tuple(each.key.name for each in witnesses if each.key in there), missing)


def witnessed(published: PublishedShard, witnesses: Sequence[WitnessAddress]) -> Cosigned:
    """Ask all of ``witnesses`` about a shard's checkpoint, those too who have cosigned it; return who answered now.

    A checkpoint that was restored from a backup carries old cosignatures: only a witness knows that it has seen more.
    Raise as `cosigned` does.
    """
    if published.note is None:
        return _unpublished(witnesses)
    signatures, missing = _answers(published, published.note, witnesses)
    return Cosigned(published.note, tuple(signatures), missing)


def _unpublished(witnesses: Sequence[WitnessAddress]) -> Cosigned:
    return Cosigned("", (), tuple(f"{each.key.name}: there is no checkpoint yet" for each in witnesses))


def _answers(
    published: PublishedShard, note: str, witnesses: Sequence[WitnessAddress]
) -> tuple[dict[str, Signature], tuple[str, ...]]:
    """Return the cosignatures by the witness's name, and why others have not answered."""
    signatures, missing = {}, []
    growth = _growth(published.tree())
    for each in witnesses:
        try:
            signatures[each.key.name] = each.ask(note, published.checkpoint, growth)
        except WitnessUnavailable as error:
            missing.append(error.message)
    return signatures, tuple(missing)


def _growth(tree: Tree) -> Growth:
    return lambda old: tree.hashes(consistency_ranges(old, tree.checkpoint.size))


def merged(note: str, cosignatures: Sequence[Signature]) -> str:
    """Return ``note`` with the cosignatures added, one a key, newer ones in place of older ones."""
    parsed = Note.parse(note)
    fresh = {(each.name, each.key_id) for each in cosignatures}
    kept = tuple(each for each in parsed.signatures if (each.name, each.key_id) not in fresh)
    return str(Note(parsed.text, (*kept, *cosignatures)))
