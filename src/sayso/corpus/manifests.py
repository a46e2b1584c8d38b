"""Manifests: what lists of recordings by Lhotse, NeMo and Hugging Face say, in one form."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sayso.corpus.errors import CorpusInputInvalid

Told = dict[str, Any]
"""``file`` (a path beside the manifest, or an address), ``start_ms``, ``end_ms``, and what is said of the speaker."""


def entries(path: Path) -> Iterator[Told]:
    """Yield what each line of the manifest ``path`` says; raise `CorpusInputInvalid`, which names the line.

    Known are Lhotse's recordings and cuts (JSON lines, also gzipped), NeMo's manifests, and the ``metadata.csv`` or
    ``metadata.jsonl`` of a Hugging Face audio folder.
    """
    for number, line in enumerate(_lines(path), 1):
        try:
            yield _told(line)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            raise CorpusInputInvalid(
                f"{path.name}, line {number}: got a line of no known manifest, expected one of Lhotse (recordings or "
                "cuts), NeMo (audio_filepath) or a Hugging Face audio folder (file_name)"
            ) from None


def _lines(path: Path) -> Iterator[Told]:
    try:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                yield from csv.DictReader(file)
            return
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as lines:
            yield from _parsed(lines, path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusInputInvalid(
            f"{path.name}: got a file that cannot be read ({error}), expected a manifest"
        ) from None


def _parsed(lines: Iterable[str], path: Path) -> Iterator[Told]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError:
                raise CorpusInputInvalid(
                    f"{path.name}, line {number}: got no JSON, expected a manifest of Lhotse or NeMo, or metadata.jsonl"
                ) from None


def _told(line: Told) -> Told:
    if "recording" in line or "recording_id" in line:
        return _cut(line)
    if "sources" in line:
        return {"file": _source(line)}
    if "audio_filepath" in line:
        start = float(line.get("offset") or 0.0)
        bounds = _bounds(start, float(line["duration"]), whole=not line.get("offset"))
        return {"file": str(line["audio_filepath"]), **bounds, **_of_speaker(line)}
    return {"file": str(line["file_name"]), **_of_speaker(line)}


def _cut(line: Told) -> Told:
    recording = line["recording"]
    whole = float(line["start"]) == 0.0 and float(line["duration"]) >= float(recording["duration"])
    said = (line.get("supervisions") or [{}])[0]
    bounds = _bounds(float(line["start"]), float(line["duration"]), whole=whole)
    return {"file": _source(recording), **bounds, **_of_speaker(said)}


def _source(recording: Told) -> str:
    source = recording["sources"][0]
    if source["type"] not in {"file", "url"}:
        raise ValueError(source["type"])
    return str(source["source"])


def _bounds(start_s: float, length_s: float, *, whole: bool) -> Told:
    if whole:
        return {}
    return {"start_ms": round(start_s * 1000), "end_ms": round((start_s + length_s) * 1000)}


def _of_speaker(said: Told) -> Told:
    text = said.get("text") or said.get("transcription") or said.get("sentence") or ""
    named = {
        "speaker": said.get("speaker") or said.get("speaker_id") or said.get("client_id"),
        "sex": said.get("gender") or said.get("sex"),
        "accent": said.get("accent") or said.get("accents"),
        "language": said.get("language") or said.get("lang") or said.get("locale"),
        "text": text,
    }
    return {name: str(value) for name, value in named.items() if value}
