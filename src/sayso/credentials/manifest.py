"""Signing marked files and reading what was signed: in memory, but for files that are bound of many."""

from __future__ import annotations

import io
import json
import mmap
import re
import secrets
import uuid
from collections.abc import Callable
from dataclasses import InitVar, dataclass
from typing import Any, BinaryIO, Final, Protocol

from sayso.audio.container import Container
from sayso.audio.tags import id3
from sayso.credentials import library
from sayso.credentials.claim import Claim, ProgrammeClaim
from sayso.credentials.credentials import UNKNOWN_SIGNER, Credentials, credentials_of
from sayso.credentials.errors import (
    AlreadySigned,
    ClaimMismatch,
    CredentialsUnsupported,
    ManifestMalformed,
    ParentBroken,
    SigningFailed,
    WrongContainer,
)
from sayso.ids import PermitId
from sayso.mark.errors import SealBroken
from sayso.mark.marked import EncodedAudio, EncodedProgramme

_MEDIA_TYPES: Final = {
    Container.WAV: "audio/wav",
    Container.MP3: "audio/mpeg",
    Container.FLAC: "audio/flac",
    Container.M4A: "audio/mp4",
}
_MAGIC: Final = {
    Container.WAV: re.compile(rb"RIFF.{4}WAVE", re.DOTALL),
    Container.MP3: re.compile(rb"ID3|\xff[\xe2-\xff]"),
    Container.FLAC: re.compile(rb"ID3|fLaC"),
    Container.M4A: re.compile(rb".{4}ftyp", re.DOTALL),
}
_HEAD_BYTES: Final = 12
"""As many as those look at."""

_STORE: Final = b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x008\x9bq"
"""How a manifest store begins (C2PA 2.2 section 11.1.4.2): box type and UUID."""

_ENVELOPES: Final = (
    _STORE,
    b"application/c2pa",  # ID3v2 GEOB frame of MP3 and FLAC (C2PA 2.2 section A.3.4)
    b"\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81",  # uuid box of M4A (section A.5.1)
)

_CHUNK: Final = b"C2PA"

MANIFEST_TYPE: Final = "application/c2pa"
_PARENT: Final = "parent.c2pa"
_NO_FILE: Final = frozenset(
    {"assertion.dataHash.mismatch", "assertion.bmffHash.mismatch", "assertion.boxesHash.mismatch"}
)

_ABSENT: Final = (
    "the file carries no content credentials; most platforms take them out, while the mark in the sound stays"
)
_ELSEWHERE: Final = "the file says that its credentials lie on a server; Sayso does not fetch them"
_DAMAGED: Final = "the content credentials are damaged and cannot be read"


class Authority(Protocol):
    """Who signs: the vault's local authority, or an operator's own certificate."""

    @property
    def algorithm(self) -> str:
        """Return how it signs: es256, es384, es512, ps256 or ed25519 (C2PA 2.2, section 13.2)."""
        ...

    def chain_pem(self) -> bytes:
        """Return the certificate in force, then its intermediates, as PEM, without the root."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the signature of ``data`` by that certificate's key, in COSE's form: r and s of an elliptic curve."""
        ...


_SIGNED_HERE: Final = object()


@dataclass(frozen=True, slots=True, eq=False)
class SignedAudio:
    """`EncodedAudio` with content credentials, and its manifest store by itself (JUMBF).

    The store is kept to be found again when the file has lost it. Raise `SealBroken` if made by anything but `issue`.
    """

    data: bytes
    permit_id: PermitId
    manifest_id: str
    manifest: bytes
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made elsewhere."""
        if seal is not _SIGNED_HERE:
            raise SealBroken("a signed file was made outside the credentials room; use `issue`")


def supports(container: Container) -> bool:
    """Return whether files of ``container`` can carry credentials: wav, mp3, flac, m4a, but not opus."""
    return container in _MEDIA_TYPES


def issue(file: EncodedAudio, *, claim: Claim, authority: Authority, parent: bytes | None = None) -> SignedAudio:
    """Return ``file`` with content credentials that state ``claim``, signed by ``authority``; the sound is untouched.

    Sign last: any later change of the file shows as one. What is returned has been verified. ``parent`` is the manifest
    store of the file that this one was transcoded from; it is taken in as the parent ingredient.

    Raises
    ------
    ClaimMismatch : the claim names another mark than the file carries
    CredentialsUnsupported : a container that carries no credentials
    WrongContainer : not a file of its container, or one that the format cannot extend, such as WAV of 4 GiB
    AlreadySigned : the file carries credentials already
    SigningFailed : the certificate is not in force, not fit for signing, or not that of the key
    ManifestMalformed : ``parent`` is no manifest store
    ParentBroken : ``parent`` is not as it was signed
    """
    data, container = file.data, file.container
    if claim.mark != file.mark:
        raise ClaimMismatch(f"got a claim of mark {claim.mark}, expected {file.mark}, which the file carries")
    media_type = _media_type(data, container)
    if _carries_credentials(data):
        raise AlreadySigned
    definition = claim.manifest() if parent is None else _derived(claim, parent)
    definition["label"] = f"urn:c2pa:{uuid.UUID(bytes=secrets.token_bytes(16), version=4)}"
    c2pa = library.c2pa()
    callback = _Callback(authority)
    signed = io.BytesIO()
    try:
        with (
            library.signer(authority.algorithm, authority.chain_pem(), callback) as signer,
            c2pa.Builder(definition, context=library.signing_context()) as builder,
        ):
            if parent is not None:
                builder.add_resource(_PARENT, io.BytesIO(parent))
            manifest = builder.sign(signer, media_type, io.BytesIO(data), signed)
    except c2pa.C2paError as error:
        # The library swallows what the callback raises; that is the cause, so it goes first.
        if callback.error is not None:
            raise callback.error from error
        raise _explained(error, container) from error
    return SignedAudio(signed.getvalue(), file.permit_id, definition["label"], manifest, seal=_SIGNED_HERE)


@dataclass(frozen=True, slots=True, eq=False)
class SignedProgramme:
    """An `EncodedProgramme` with its manifest store beside it. Raise `SealBroken` if made by anything but this room."""

    data: bytes
    permit_ids: frozenset[PermitId]
    manifest: bytes
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made elsewhere."""
        if seal is not _SIGNED_HERE:
            raise SealBroken("a signed programme was made outside the credentials room; use `issue_detached`")


def issue_detached(file: EncodedProgramme, *, claim: ProgrammeClaim, authority: Authority) -> SignedProgramme:
    """Return ``file`` with a manifest store that lies beside it and states ``claim`` of it.

    C2PA 2.2, section 11.4: a manifest by itself is bound to its file by the file's hash. So a file that is made again
    is the same, byte for byte, whenever its manifest was signed; the library may write its tags anew, always in the
    same way. Raise as `issue` does.
    """
    _media_type(file.data, file.container)
    # The library puts an empty ID3 tag before the sound, which not every reader skips; a tag with a text they do.
    head = id3.tag({"ENCODER": "Sayso"}) if file.container is Container.FLAC else b""
    signed = io.BytesIO()
    whole, context = io.BytesIO(head + file.data), library.signing_context()
    manifest = _detached(whole, signed, file.container, claim=claim, authority=authority, context=context)
    return SignedProgramme(signed.getvalue(), file.permit_ids, manifest, seal=_SIGNED_HERE)


def issue_bound(
    file: BinaryIO, signed: BinaryIO, container: Container, *, claim: ProgrammeClaim, authority: Authority
) -> bytes:
    """Write the open ``file``, which programmes were bound into, to ``signed``; return its manifest store.

    As `issue_detached` does, but neither is held in memory: an M4A file is hashed in pieces of 1 MiB whose hashes the
    store lists (C2PA 2.2, BMFF-based hash: the row of a Merkle tree that is all of its leaves).
    """
    file.seek(0)
    _media_type(file.read(_HEAD_BYTES), container)
    file.seek(0)
    context = library.binding_context()
    return _detached(file, signed, container, claim=claim, authority=authority, context=context)


def _detached(
    file: BinaryIO,
    signed: BinaryIO,
    container: Container,
    *,
    claim: ProgrammeClaim,
    authority: Authority,
    context: Any,
) -> bytes:
    definition = claim.manifest() | {"label": f"urn:c2pa:{uuid.UUID(bytes=secrets.token_bytes(16), version=4)}"}
    c2pa, callback = library.c2pa(), _Callback(authority)
    try:
        with (
            library.signer(authority.algorithm, authority.chain_pem(), callback) as signer,
            c2pa.Builder(definition, context=context) as builder,
        ):
            builder.set_no_embed()
            manifest: bytes = builder.sign(signer, _MEDIA_TYPES[container], file, signed)
    except c2pa.C2paError as error:
        if callback.error is not None:
            raise callback.error from error
        raise _explained(error, container) from error
    return manifest


def read_detached(data: bytes, manifest: bytes, container: Container, *, anchors_pem: bytes = b"") -> Credentials:
    """Return what a manifest store states about the file ``data`` beside it, judged as `read` judges."""
    c2pa = library.c2pa()
    context = library.reading_context(anchors_pem)
    try:
        with c2pa.Reader(_MEDIA_TYPES[container], io.BytesIO(data), manifest, context=context) as reader:
            return credentials_of(json.loads(reader.json()))
    except (c2pa.C2paError, ValueError, RecursionError):
        return Credentials(present=True, problems=(_DAMAGED,))


def _derived(claim: Claim, parent: bytes) -> dict[str, Any]:
    """Return the definition of a file's manifest whose parent ingredient is what ``parent`` is the store of."""
    store = _without_file(_store(parent, library.reading_context(b"")))
    if broken := [problem for problem in credentials_of(store).problems if problem not in UNKNOWN_SIGNER]:
        raise ParentBroken(f"the manifest of the file that this is made from does not hold: {'; '.join(broken)}")
    former = str(store["active_manifest"])
    ingredient = {
        "title": "the clip as it was",
        "instance_id": former,
        "relationship": "parentOf",
        "active_manifest": former,
        "validation_results": store["validation_results"],
        "manifest_data": {"format": MANIFEST_TYPE, "identifier": _PARENT},
    }
    return claim.manifest(transcoded_from=former) | {"ingredients": [ingredient]}


def read_manifest(manifest: bytes, *, anchors_pem: bytes = b"") -> Credentials:
    """Return what a manifest store states that was found without its file: never intact, as there is no file to be.

    ``trusted``, that the signature is good and its signer known, holds as ever. Raise `ManifestMalformed`.
    """
    return credentials_of(_without_file(_store(manifest, library.reading_context(anchors_pem))))


def _store(manifest: bytes, context: Any) -> dict[str, Any]:
    c2pa = library.c2pa()
    try:
        with c2pa.Reader(MANIFEST_TYPE, io.BytesIO(manifest), context=context) as reader:
            store: dict[str, Any] = json.loads(reader.json())
    except (c2pa.C2paError, ValueError, RecursionError):
        raise ManifestMalformed(f"got {len(manifest)} bytes that are no C2PA manifest store (JUMBF)") from None
    return store


def _without_file(store: dict[str, Any]) -> dict[str, Any]:
    """Return a store without the failures that only say that its file is not at hand."""
    active = store.get("validation_results", {}).get("activeManifest", {})
    active["failure"] = [one for one in active.get("failure", []) if one.get("code") not in _NO_FILE]
    return store


def read(data: bytes, container: Container, *, anchors_pem: bytes = b"") -> Credentials:
    """Return the credentials that ``data`` carries, judged by the certificates ``anchors_pem``: none, nobody trusted.

    Never an error because of ``data``: damaged credentials are present and not intact. Nothing is fetched.
    Raise `AnchorsMalformed` when the anchors are no certificates.
    """
    return _read(io.BytesIO(data), lambda: data, container, anchors_pem)


def read_file(file: BinaryIO, container: Container, *, anchors_pem: bytes = b"") -> Credentials:
    """Return the credentials that an open file carries, as `read` does; the file is not held in memory."""
    return _read(file, lambda: mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), container, anchors_pem)


def _read(
    file: BinaryIO, whole: Callable[[], bytes | mmap.mmap], container: Container, anchors_pem: bytes
) -> Credentials:
    context = library.reading_context(anchors_pem)
    if not supports(container):
        return Credentials(present=False, problems=(f"{container} files carry no content credentials",))
    c2pa = library.c2pa()
    try:
        with c2pa.Reader(_MEDIA_TYPES[container], file, context=context) as reader:
            return credentials_of(json.loads(reader.json()))
    except (c2pa.C2paError, ValueError, RecursionError) as error:
        return _unread(whole(), error)


class _Callback:
    """The signature callback, which keeps what went wrong in it."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self.error: Exception | None = None

    def __call__(self, data: bytes) -> bytes:
        try:
            return self._authority.sign(data)
        except Exception as error:
            self.error = error
            raise


def _media_type(data: bytes, container: Container) -> str:
    if container not in _MEDIA_TYPES:
        raise CredentialsUnsupported(
            f"got a file of {container}, expected {', '.join(_MEDIA_TYPES)}: others cannot carry content credentials",
            hint="the mark in the sound is there all the same",
        )
    if not _MAGIC[container].match(data):
        raise WrongContainer(f"got bytes that start with {data[:12]!r}, expected a file of {container}")
    return _MEDIA_TYPES[container]


def _explained(error: Exception, container: Container) -> SigningFailed | WrongContainer:
    # The library tells what failed by its text only: a kind at the start, or that it was about the certificate.
    if re.search(r"^(Signature|Verify)|COSE|certificate", str(error)):
        return SigningFailed(f"could not sign: {error}; check the signing certificate and its key")
    return WrongContainer(f"got a file that cannot take credentials ({error}), expected a whole file of {container}")


def _unread(data: bytes | mmap.mmap, error: Any) -> Credentials:
    if _carries_credentials(data):
        return Credentials(present=True, problems=(_DAMAGED,))
    return Credentials(present=False, problems=(_ELSEWHERE if str(error).startswith("Remote") else _ABSENT,))


def _carries_credentials(data: bytes | mmap.mmap) -> bool:
    """Return whether ``data`` holds credentials, damaged or not: two signs, so that damage to one leaves the other."""
    if any(data.find(envelope) >= 0 for envelope in _ENVELOPES):
        return True
    # RIFF (section A.3.5): chunk id and length, then length and type of the first box.
    place = data.find(_CHUNK)
    while place >= 0 and data[place + 12 : place + 16] != b"jumb":
        place = data.find(_CHUNK, place + 1)
    return place >= 0
