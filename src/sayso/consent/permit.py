"""The permit: one decision, signed, short-lived, and asked for by every stage that makes, changes or releases sound.

Only `consent.decide` makes one. A stage does not trust what it is handed: it asks its `Gate`, which checks the
signature, the expiry, the speaker's epoch, and that action, voice, engine, text and length are those permitted.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from operator import attrgetter
from types import NoneType
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sayso import canonical
from sayso.clock import Clock, now, parse_stamp, stamp
from sayso.consent.act import Action, Disclosure
from sayso.consent.errors import PermitRefused
from sayso.consent.fields import channel, territory
from sayso.errors import Invalid
from sayso.ids import GrantId, PermitId, SpeakerId

PermitKey = Ed25519PrivateKey
"""The key that signs permits; `decide` alone is handed it."""

_CONTEXT: Final = b"sayso permit v1\n"


@dataclass(frozen=True, slots=True)
class Release:
    """How sound is about to leave: where to, by which channel, and how it says that the voice is synthetic.

    None in ``territory`` or ``channel`` means that it is not known, and is not what a permit for one place is for.
    """

    territory: str | None = None
    channel: str | None = None
    disclosure: Disclosure | None = None

    def __post_init__(self) -> None:
        """Bring place and channel to their one form; raise `Invalid` naming the field."""
        if self.territory is not None:
            object.__setattr__(self, "territory", territory("territory", self.territory))
        if self.channel is not None:
            object.__setattr__(self, "channel", channel("channel", self.channel))


@dataclass(frozen=True, slots=True)
class Permit:
    """One permitted act. ``ceiling_ms`` bounds the sound made; ``text_commitment`` is keyed by the subject key.

    ``territory``, ``channel`` and ``disclosure`` are what the request named, and what was decided on; None where it
    named none, which only a grant for any of them permits.
    """

    permit_id: PermitId
    grant_id: GrantId
    grant_version: int
    speaker: SpeakerId
    epoch: int
    voice: str
    action: Action
    licensee: str
    purpose: str
    text_commitment: str
    engine_digest: str
    voice_digest: str
    ceiling_ms: int
    expires: str
    nonce: str
    territory: str | None = None
    channel: str | None = None
    disclosure: Disclosure | None = None
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """Return what the signature is over: the canonical JSON of every other field."""
        return _CONTEXT + canonical.encode({name: getattr(self, name) for name in _SIGNED})

    def signed(self, key: Ed25519PrivateKey) -> Self:
        """Return this permit with its signature."""
        return replace(self, signature=key.sign(self.signed_bytes()).hex())

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the signed permit, for the ledger."""
        return hashlib.sha256(self.signed_bytes() + bytes.fromhex(self.signature)).hexdigest()


_SIGNED: Final = tuple(field.name for field in fields(Permit) if field.name != "signature")
_VALUES: Final[Callable[[Permit], tuple[object, ...]]] = attrgetter(*_SIGNED, "signature")


def signing_key(secret: bytes) -> PermitKey:
    """Return the key that signs permits, made of 32 secret bytes."""
    return Ed25519PrivateKey.from_private_bytes(secret)


EpochOf = Callable[[SpeakerId], int | None]
"""Reads the epoch of a speaker now; None for one who is unknown or erased."""


def remembered(epoch_of: EpochOf, version: Callable[[], object]) -> EpochOf:
    """Return what reads a speaker's epoch again only where ``version`` is another one than when it was read."""
    seen: dict[SpeakerId, tuple[object, int | None]] = {}

    def recent(speaker: SpeakerId) -> int | None:
        current = version()  # before the epoch is read: a change in between is then looked at again
        if speaker not in seen or seen[speaker][0] != current:
            seen[speaker] = current, epoch_of(speaker)
        return seen[speaker][1]

    return recent


class Begun:
    """The permits under which sound has been made in this process, until they end: with its mark and last attempt."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._seen: dict[PermitId, tuple[str, str, int]] = {}
        self._lock = threading.Lock()

    def note(self, permit: Permit, mark: str, attempt: int) -> bool:
        """Return whether sound may be made under ``permit``, and remember it if so."""
        with self._lock:
            ended = stamp(now())
            self._seen = {known: seen for known, seen in self._seen.items() if seen[0] > ended}
            _, known_mark, last = self._seen.get(permit.permit_id, ("", mark, -1))
            may_begin = mark == known_mark and attempt > last
            if may_begin:
                self._seen[permit.permit_id] = permit.expires, mark, attempt
            return may_begin


class Gate:
    """The check that every stage makes before it touches sound."""

    def __init__(self, public_key: bytes, epoch_of: EpochOf, *, clock: Clock = now, begun: Begun | None = None) -> None:
        """Take the raw Ed25519 key of this installation's permits and where to read a speaker's epoch now.

        ``epoch_of`` returns None for a speaker who is unknown or erased: such a permit is refused. ``begun``, shared
        by the gates of an installation, remembers the permits whose sound was made.
        """
        self._begun = begun
        self._key = Ed25519PublicKey.from_public_bytes(public_key)
        self._epoch_of = epoch_of
        self._clock = clock
        self._verified: tuple[tuple[object, ...], tuple[type, ...]] | None = None

    def check(
        self,
        permit: Permit,
        action: Action,
        *,
        voice: str | None = None,
        text_commitment: str | None = None,
        engine_digest: str | None = None,
        voice_digest: str | None = None,
        made_ms: int = 0,
        release: Release | None = None,
    ) -> None:
        """Return if the act is permitted now; otherwise raise `PermitRefused` with every reason.

        Cheap enough for each chunk of a stream: one permit's signature is verified once, and its fields are compared
        each time. ``made_ms`` is the length made under the permit so far, this chunk included. ``release``, from a
        stage that lets sound out, must be to the place, by the channel and with the disclosure that were permitted.
        """
        _check_plain(permit, action, voice, text_commitment, engine_digest, voice_digest, made_ms, release)
        self._check_signature(permit)
        reasons = [
            f"{name}: got {got}, the permit is for {allowed}"
            for name, got, allowed in (
                ("action", str(action), str(permit.action)),
                ("voice", voice, permit.voice),
                ("text", text_commitment, permit.text_commitment),
                ("engine", engine_digest, permit.engine_digest),
                ("voice data", voice_digest, permit.voice_digest),
            )
            if got is not None and got != allowed
        ]
        if not 0 <= made_ms <= permit.ceiling_ms:
            reasons.append(f"length: got {made_ms} ms, the permit is for at most {permit.ceiling_ms} ms")
        if release is not None:
            reasons += _misreleased(permit, release)
        if self._clock() >= _moment(permit.expires):
            reasons.append(f"expiry: the permit ended at {permit.expires}")
        epoch = self._epoch_of(permit.speaker)
        if epoch is None or epoch != permit.epoch:
            reasons.append("speaker: consent was withdrawn or changed after the permit was made")
        if reasons:
            raise PermitRefused("the permit does not permit this: " + "; ".join(reasons), reasons=reasons)

    def begin(self, permit: Permit, *, mark: str, attempt: int = 0) -> None:
        """Note that the sound of a checked permit is made now; raise `PermitRefused` where it has been made.

        One permit stands for one sound: it is made once, and again only under the same mark, in a later ``attempt``
        that replaces the one before.
        """
        if self._begun is not None and not self._begun.note(permit, mark, attempt):
            reason = "sound: it has been made under this permit; ask for another permit"
            raise PermitRefused(reason, reasons=[reason])

    def _check_signature(self, permit: Permit) -> None:
        try:
            values = _VALUES(permit)
            seen = values, tuple(map(type, values))  # True is 1 to a comparison, and not to the signature
            if type(permit) is Permit and seen == self._verified:
                return
            raw = bytes.fromhex(permit.signature)
            self._key.verify(raw, permit.signed_bytes())
            genuine = type(permit) is Permit and raw.hex() == permit.signature  # one spelling for one permit
        except (InvalidSignature, ValueError, TypeError, Invalid, AttributeError):
            genuine = False
        if not genuine:
            reason = "signature: the permit was not made by this installation, or was altered"
            raise PermitRefused(reason, reasons=[reason]) from None
        self._verified = seen


_moment: Final = lru_cache(maxsize=64)(parse_stamp)
"""A permit's end is asked for with each chunk."""

_PLAIN: Final = frozenset({str, int, float, bool, bytes, NoneType, Action, Disclosure})
"""Types whose values compare as they must."""


def _check_plain(permit: Permit, *told: object) -> None:
    """Raise `PermitRefused` for a value of a type of somebody's own, which may compare as it likes."""
    try:
        values = [*_VALUES(permit), *told]
    except AttributeError:  # no permit: the signature is what tells
        values = [*(getattr(permit, name, None) for name in (*_SIGNED, "signature")), *told]
    if type(values[-1]) is Release:
        release = values.pop()
        values += [getattr(release, name) for name in Release.__slots__]
    if not _PLAIN.issuperset(map(type, values)):
        reason = "permit: got a value of a type of its own, expected plain text and whole numbers"
        raise PermitRefused(reason, reasons=[reason])


def _misreleased(permit: Permit, release: Release) -> list[str]:
    """Return a line for each way in which the release is not the permitted one."""
    wanted = permit.disclosure
    is_told = wanted is None or (release.disclosure is not None and release.disclosure.gives(wanted))
    told = (
        ("territory", release.territory, permit.territory, release.territory == permit.territory),
        ("channel", release.channel, permit.channel, release.channel == permit.channel),
        ("disclosure", release.disclosure, wanted, is_told),
    )
    return [
        f"{name}: got {got or 'none'}, the permit is for {allowed}"
        for name, got, allowed, holds in told
        if allowed is not None and not holds
    ]
