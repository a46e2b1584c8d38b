"""Tar files whose bytes follow from what is in them alone."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable


def packed(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a tar file with ``members``, in that order, without times and owners."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members:
            head = tarfile.TarInfo(name)
            head.size, head.mode = len(data), 0o644
            tar.addfile(head, io.BytesIO(data))
    return whole.getvalue()
