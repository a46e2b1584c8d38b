"""The public detector: a key that anyone may hold, and what it says of a file: there or not, how sure, where."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from sayso.accounts.rights import Right
from sayso.audio import stream
from sayso.disk import write_document
from sayso.errors import NotFound
from sayso.mark.detector import PRESENT_LOG10_P, Detector
from sayso.mark.errors import DetectorKeyInvalid, KeysInvalid
from sayso.mark.mark import MarkKeys
from sayso.mark.passages import Scan, scanned
from sayso.mark.pattern import CLOCK_HZ, pattern_of
from sayso.workflows.installation.session import Session

FORMAT: Final = "sayso-detector-key"
VERSION: Final = 1
ALGORITHM: Final = "sayso-mark-1"
MAX_KEY_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """The public key, as it was written."""

    file: Path
    key: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Detected:
    """What the public key finds in one file."""

    file: Path
    scan: Scan


def publish(session: Session, output: Path) -> PublishedKey:
    """Write the public key of this installation's marks to ``output``; the same installation writes the same."""
    key = public_key(session)
    write_document(output, json.dumps(key, indent=2) + "\n", mode=0o644)
    return PublishedKey(output, key)


def public_key(session: Session) -> dict[str, Any]:
    """Return the public key of this installation's marks, as it is published."""
    session.require(Right.MARK)
    pilot = session.mark_keys.public_pilot
    return {
        "format": FORMAT,
        "version": VERSION,
        "algorithm": ALGORITHM,
        "operator": session.settings.provider or session.settings.log_origin,
        "contact": session.settings.contact,
        "key_id": key_id(pilot),
        "public_pilot": pilot.hex(),
        "present_at_p_value": 10.0**PRESENT_LOG10_P,
        **_packed(session.mark_keys.public),
    }


def _packed(keys: MarkKeys) -> dict[str, str]:
    """Return which cells carry the public pilot and which of them are up, row by row, as base64 of packed bits.

    Both follow from ``public_pilot`` alone, so that they reveal nothing more; a page needs no key derivation with them.
    """
    pilot = pattern_of(keys).pilot
    planes = {"pilot_cells": pilot != 0, "pilot_signs": pilot > 0}
    return {name: base64.b64encode(np.packbits(plane).tobytes()).decode() for name, plane in planes.items()}


def key_id(public_pilot: bytes) -> str:
    """Return the short name of a key: 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_pilot).hexdigest()[:16]


def read_key(file: Path) -> MarkKeys:
    """Return the public key in ``file``; raise `NotFound`, or `DetectorKeyInvalid` naming what is wrong."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_KEY_BYTES)
    except OSError as error:
        raise NotFound(f"the key file {file} cannot be read: {(error.strerror or 'error').lower()}") from None
    try:
        key = json.loads(data)
    except ValueError:
        key = None
    if not isinstance(key, dict) or key.get("format") != FORMAT:
        raise DetectorKeyInvalid(f"got {file}, expected a detector key")
    for field, value in (("version", VERSION), ("algorithm", ALGORITHM)):
        if key.get(field) != value:
            raise DetectorKeyInvalid(
                f"{file}: got the {field} {str(key.get(field))[:40]!r}, expected {value!r}; use a newer Sayso for it"
            )
    return _keys(file, key)


def _keys(file: Path, key: dict[str, Any]) -> MarkKeys:
    try:
        pilot = bytes.fromhex(str(key.get("public_pilot")))
        keys = MarkKeys(pilot)
    except (ValueError, KeysInvalid):
        raise DetectorKeyInvalid(f"{file}: got a malformed public_pilot, expected 64 hex digits") from None
    if key.get("key_id") != key_id(pilot):
        raise DetectorKeyInvalid(f"{file}: got a key_id that is not that of the key; fetch the file again")
    return keys


def detect_public(keys: MarkKeys, file: Path) -> Detected:
    """Look for marks in ``file``, hours long if need be, with ``keys`` alone: no installation, no id, no record."""
    return Detected(file, scanned(stream(file, sample_rate=CLOCK_HZ), Detector(keys.public)))
