"""Writing the page: its files and the public key into one folder."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from sayso.disk import write_document
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.public_detector import Published, publish

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


def write_page(session: Session, folder: Path) -> Published:
    """Write the page and the public key of ``home`` into ``folder``; the same installation writes the same bytes.

    Other files in the folder are left alone. Raise `DiskFailed` where the folder cannot be written.
    """
    published = publish(session, folder / KEY)
    for name in FILES:
        write_document(folder / name, files("sayso.doors.page").joinpath(name).read_text("utf-8"), mode=0o644)
    return published
