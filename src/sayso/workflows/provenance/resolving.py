"""Resolving: from a mark, a fingerprint or a sound to the manifests of the clip, for files that lost theirs.

What the C2PA Soft Binding Resolution API asks (C2PA 2.2, Soft Binding API, version 1.0.0). Answers name manifests and
nothing else; of an erased clip there are none.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sayso.credentials import MARK_ALGORITHM
from sayso.errors import Invalid
from sayso.fingerprint import Features, Fingerprint
from sayso.ids import ClipId
from sayso.mark import Mark
from sayso.mark.errors import FingerprintInvalid, MarkInvalid
from sayso.synthesis import store as clips
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.manifests import manifest_of, manifests_of
from sayso.workflows.provenance.recognising import ContentFinder
from sayso.workflows.provenance.tracing import listen, recognised_in

FINGERPRINT_ALGORITHM: Final = "org.sayso.fingerprint.1"
ALGORITHMS: Final = (MARK_ALGORITHM, FINGERPRINT_ALGORITHM)
MAX_RESULTS: Final = 100
MAX_VALUE_CHARS: Final = 1 << 16

_MANIFEST_ID: Final = re.compile(r"urn:c2pa:[0-9A-Za-z][0-9A-Za-z:._-]{0,100}")
_EXACT: Final = 100


class QueryInvalid(Invalid):
    """The query is malformed; the message names the parameter."""


@dataclass(frozen=True, slots=True)
class Match:
    """One manifest; ``similarity`` is 100 where the mark's id was read, less where the content was compared."""

    manifest_id: str
    similarity: int


class Resolver:
    """Answers the API's questions for one installation; safe to share among threads."""

    def __init__(self, session: Session) -> None:
        """Take the installation."""
        self._session = session
        self._finder = ContentFinder(session)

    def warm(self) -> None:
        """Read keys and fingerprints now, so that the first question waits for neither."""
        _ = self._session.detector
        self._finder.follow()

    def by_binding(self, algorithm: str, value: str, *, most: int) -> list[Match]:
        """Return the manifests of the clip of a soft binding: base64 of a mark's 16 hex digits, or of a fingerprint.

        The 16 digits themselves, as they stand in a manifest, are taken too. Raise `QueryInvalid`.
        """
        _check_algorithm(algorithm)
        if algorithm == MARK_ALGORITHM:
            return self._matches([(self._clip_of(_mark(value)), _EXACT)], most)
        found = self._finder.find(_features(value))
        return self._matches([(one.clip, round(100 * one.agreement)) for one in found], most)

    def by_content(self, data: bytes, *, most: int, max_duration_s: float, algorithm: str | None = None) -> list[Match]:
        """Return the manifests of the clips in a sound: by their marks, and where there is none by their content.

        ``algorithm`` asks for one of the two ways only. Raise the errors of `sayso.audio.stream`, or `QueryInvalid`.
        """
        if algorithm is not None:
            _check_algorithm(algorithm)
        heard = listen(self._session, data, max_duration_s=max_duration_s)
        found: list[tuple[ClipId | None, int]] = []
        if algorithm != FINGERPRINT_ALGORITHM:
            found += [(self._clip_of(passage.mark), _EXACT) for passage in heard.scan.passages if passage.mark]
        if algorithm != MARK_ALGORITHM:
            found += [(one.clip, round(100 * one.agreement)) for one in recognised_in(self._finder, heard)]
        return self._matches(found, most)

    def manifest(self, manifest_id: str, *, active: bool) -> bytes:
        """Return a manifest store, or its ``active`` manifest alone. Raise `QueryInvalid` or `ManifestUnknown`."""
        from sayso.credentials.jumbf import active_only  # noqa: PLC0415 - rarely asked for

        if not _MANIFEST_ID.fullmatch(manifest_id):
            raise QueryInvalid(f"manifestId: got {manifest_id[:60]!r}, expected one such as urn:c2pa:UUID")
        store = manifest_of(self._session, manifest_id)
        return active_only(store) if active else store

    def _clip_of(self, mark: Mark) -> ClipId | None:
        with self._session.read() as tx:
            clip = clips.clip_of_mark(tx, str(mark))
        return clip.clip_id if clip else None

    def _matches(self, found: Iterable[tuple[ClipId | None, int]], most: int) -> list[Match]:
        best: dict[ClipId, int] = {}
        for clip, similarity in found:
            if clip is not None:
                best[clip] = max(similarity, best.get(clip, 0))
        ranked: Sequence[ClipId] = sorted(best, key=lambda clip: -best[clip])
        named = [Match(one, best[clip]) for clip in ranked for one in manifests_of(self._session, clip, limit=most)]
        return named[:most]


def _check_algorithm(algorithm: str) -> None:
    if algorithm not in ALGORITHMS:
        raise QueryInvalid(f"alg: got {algorithm[:60]!r}, expected one of {', '.join(ALGORITHMS)}")


def _mark(value: str) -> Mark:
    try:
        return Mark.parse(value)
    except MarkInvalid:
        pass
    try:
        return Mark.parse(_decoded(value).decode("ascii"))
    except (MarkInvalid, UnicodeDecodeError):
        raise QueryInvalid("value: got a value that is no mark, expected base64 of its 16 hex digits") from None


def _features(value: str) -> Features:
    try:
        fingerprint = Fingerprint.decode(_decoded(value))
    except FingerprintInvalid:
        raise QueryInvalid("value: got a value that is no fingerprint, expected base64 of one of version 1") from None
    level_db = np.where(fingerprint.active, 0.0, -100.0).astype(np.float32)
    return Features(fingerprint.signs.astype(np.float32), level_db, np.zeros_like(level_db))


def _decoded(value: str) -> bytes:
    if len(value) > MAX_VALUE_CHARS:
        raise QueryInvalid(f"value: got {len(value):,} characters, expected at most {MAX_VALUE_CHARS:,}")
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise QueryInvalid("value: got characters that are no base64") from None
