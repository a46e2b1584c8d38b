"""The page for a person who listens to a package: each line that stands out, with its sound, words and reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

from sayso.disk import FileMissing, read_bounded, write_document
from sayso.workflows.productions.reporting import MAX_BYTES, PackageInvalid, PackageReport

PAGE: Final = "listen.html"

_SOUNDS: Final = (".mp3", ".m4a", ".wav", ".flac")
_STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "article{border-top:1px solid #888;padding:1rem 0}audio{width:100%}code{user-select:all}"
)


def write_page(found: PackageReport, folder: Path) -> Path:
    """Write the page beside the package in ``folder`` and return it; raise `PackageInvalid` for a changed one."""
    rows = list(_rows(found, folder))
    told = "".join(_article(found, *row) for row in rows) or "<p>Nothing stands out.</p>"
    page = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="script-src \'none\'"><title>Lines to hear</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>Lines to hear: {len(rows)}</h1>"
        "<p>These lines stand out in what can be measured. Hear each; where it is wrong, the command below it has "
        f"it made anew by the next run.</p>{told}</main></body></html>\n"
    )
    path = folder / PAGE
    write_document(path, page, mode=0o644)
    return path


def _rows(found: PackageReport, folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the sound of the chapter and the row of each line that stands out."""
    for chapter in found.chapters:
        stem = f"chapters/{chapter['number']:02d}"
        sound = next((f"{stem}{ending}" for ending in _SOUNDS if f"{stem}{ending}" in found.files), "")
        try:
            lines = json.loads(read_bounded(folder / f"{stem}.json", MAX_BYTES))["lines"]
            yield from ((sound, line) for line in lines if line["problems"])
        except FileMissing:
            continue
        except (ValueError, KeyError, TypeError):
            raise PackageInvalid(
                f"{folder / stem}.json: is no record of a chapter; run this production again"
            ) from None


def _article(found: PackageReport, sound: str, line: Mapping[str, Any]) -> str:
    label, who = escape(str(line["line"])), escape(str(line["who"]))
    start, stop = float(line["start_ms"]) / 1000, float(line["end_ms"]) / 1000
    heard = (
        f'<audio controls preload="none" src="{escape(sound)}#t={start:.2f},{stop:.2f}" aria-label="{label}"></audio>'
    )
    reasons = "".join(f"<li>{escape(str(each))}</li>" for each in line["problems"])
    return (
        f"<article><h2>{label}, {who}</h2><p>{escape(str(line['text']))}</p>{heard if sound else ''}<ul>{reasons}</ul>"
        f"<p><code>sayso produce redo {escape(found.production)} {label}</code></p></article>"
    )
