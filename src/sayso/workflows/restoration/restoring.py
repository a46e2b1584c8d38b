"""Restoring a recording that a person hands in; needs no installation and keeps nothing."""

from __future__ import annotations

from pathlib import Path

from sayso.audio import container_of, decode, encode
from sayso.disk import check_target, write_whole
from sayso.progress import Report
from sayso.restoration import Restored, restore

_EXPORT = 0o644


def restore_file(recording: Path, output: Path, report: Report) -> Restored:
    """Restore ``recording`` into ``output``, whole or not at all; the recording stays as it is."""
    container = container_of(output)
    check_target(output, overwrite=True)
    signal = decode(recording)
    report(0.1)
    restored = restore(signal)
    report(0.9)
    write_whole(output, encode(restored.signal, container), mode=_EXPORT)
    report(1.0)
    return restored
