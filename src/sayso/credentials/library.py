"""The c2pa library: loaded when first used, kept off the network and, but for bound files, off the disk."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from typing import Any, Final

from sayso.credentials.errors import AnchorsMalformed

_SETTINGS: Final[dict[str, Any]] = {
    "version": 1,
    "verify": {
        "verify_trust": True,
        "verify_after_reading": True,
        # A file whose signature does not verify must not leave: costs one more hash of it.
        "verify_after_sign": True,
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
    },
    "core": {
        # No host at all, whatever else may come to want one.
        "allowed_network_hosts": [],
        # Above this size the library would use a file on disk, in the clear.
        "backing_store_memory_threshold_in_mb": 1 << 20,
    },
    "builder": {"thumbnail": {"enabled": False}},
}


_BINDING: Final[dict[str, Any]] = {
    # Hashed piece by piece: otherwise the library holds up to 512 MiB of a file to hash it.
    "merkle_tree_chunk_size_in_kb": 1024,
    # All leaves stand in the manifest: proofs would be written into the file.
    "merkle_tree_max_proofs": 0,
    # Larger copies lie in a file without a name in the folder for temporary files, as the bound file itself does.
    "backing_store_memory_threshold_in_mb": 16,
}
"""For files that are too large to be held in memory."""


def c2pa() -> Any:
    """Return the c2pa module, imported at the first call."""
    import c2pa as module  # noqa: PLC0415 - its native part takes time that most commands need not spend

    return module


def signing_context() -> Any:
    """Return the c2pa context to sign with, made once for a process."""
    return _context("", os.getpid())


def binding_context() -> Any:
    """Return the c2pa context to sign a large file with, of which little is held in memory."""
    settings = _SETTINGS | {"core": _SETTINGS["core"] | _BINDING}
    return c2pa().Context.from_json(json.dumps(settings))


def reading_context(anchors_pem: bytes) -> Any:
    """Return the c2pa context that trusts ``anchors_pem`` and nobody else; raise `AnchorsMalformed`."""
    try:
        return _context(anchors_pem.decode("ascii").strip(), os.getpid())
    except UnicodeDecodeError:
        raise AnchorsMalformed("got trust anchors that are not ASCII, expected certificates as PEM") from None


@functools.lru_cache(maxsize=16)
def _context(anchors: str, _process: int) -> Any:
    # A context does not survive a fork, hence the process in the key.
    settings = dict(_SETTINGS)
    if anchors:
        _check(anchors)
        settings["trust"] = {"user_anchors": anchors + "\n"}
    return c2pa().Context.from_json(json.dumps(settings))


def _check(anchors: str) -> None:
    # The library skips what it cannot parse, and then nothing would be trusted, without a word.
    import ssl  # noqa: PLC0415 - as slow to import as c2pa, and for this alone

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=anchors)
    except ssl.SSLError as error:
        raise AnchorsMalformed(
            f"got trust anchors that are no certificates ({error.reason}), expected one or more as PEM"
        ) from None


def signer(algorithm: str, chain_pem: bytes, sign: Callable[[bytes], bytes]) -> Any:
    """Return a c2pa signer of ``chain_pem`` whose signatures ``sign`` makes, in COSE's form (RFC 9053, section 2)."""
    return c2pa().Signer.from_callback(sign, c2pa().C2paSigningAlg[algorithm.upper()], chain_pem.decode("ascii"), None)
