"""Writing the page: its files and the public key into one folder."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from sayso.disk import check_target, make_folder, write_document
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.public_detector import PublishedKey, publish

FILES: Final = (
    "index.html",
    "style.css",
    "page.js",
    "words.js",
    "worker.js",
    "detector.js",
    "cells.js",
    "rates.js",
)
KEY: Final = "key.json"


def write_page(session: Session, folder: Path, *, overwrite: bool = False) -> PublishedKey:
    """Write the page and the public key of ``home`` into ``folder``; the same installation writes the same bytes.

    Other files in the folder are left alone. Raise `TargetTaken` where one of ours is there and ``overwrite`` is
    false, and `DiskFailed` where the folder cannot be written; then nothing is.
    """
    make_folder(folder)
    for name in (*FILES, KEY):
        check_target(folder / name, overwrite=overwrite)
    published = publish(session, folder / KEY)
    for name in FILES:
        write_document(folder / name, files("sayso.doors.page").joinpath(name).read_text("utf-8"), mode=0o644)
    return published
