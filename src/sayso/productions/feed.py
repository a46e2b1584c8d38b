"""A podcast feed: RSS 2.0 with the namespaces of iTunes and Podcasting 2.0: transcript, chapters, person, txt."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from sayso.clock import parse_stamp
from sayso.productions.overlays import SpokenBook

_SPACES: Final = (
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0"'
)
_NAMESPACE: Final = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")  # of podcast:guid, by its specification


def rss(book: SpokenBook, records: Sequence[Mapping[str, Any]], sizes: Mapping[int, int], base_url: str) -> str:
    """Return the feed of the chapters in ``records``; the MP3 files lie at ``base_url``, and have these ``sizes``."""
    planned = parse_stamp(book.planned_at)
    items = "".join(_item(book, record, sizes[record["number"]], base_url, planned) for record in records)
    link = base_url or "https://example.org/"
    author = f"<itunes:author>{escape(book.author)}</itunes:author>" if book.author else ""
    guid = uuid.uuid5(_NAMESPACE, f"sayso/{book.production}")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {_SPACES}><channel>'
        f"<title>{escape(book.title)}</title>"
        f"<link>{escape(link)}</link><description>{escape(book.disclosure)}</description>"
        f"<language>{escape(book.language)}</language>{author}<itunes:explicit>false</itunes:explicit>"
        f"<itunes:type>serial</itunes:type><podcast:guid>{guid}</podcast:guid><podcast:locked>no</podcast:locked>"
        f"<podcast:medium>audiobook</podcast:medium>"
        f'<podcast:txt purpose="ai-content">{escape(book.disclosure)}</podcast:txt>'
        f"{items}</channel></rss>\n"
    )


def chapter_marks(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the headings of an episode as podcast chapters (JSON, version 1.2.0)."""
    heads = [row for row in record["lines"] if row["is_heading"]]
    found = [{"startTime": row["start_ms"] / 1000, "title": row["text"]} for row in heads]
    return {"version": "1.2.0", "chapters": found or [{"startTime": 0, "title": record["title"]}]}


def _item(book: SpokenBook, record: Mapping[str, Any], size: int, base_url: str, planned: datetime) -> str:
    number = record["number"]
    address = base_url.rstrip("/") + "/" if base_url else ""
    name = f"{address}{quote(f'chapters/{number:02d}')}"
    at = format_datetime(planned + timedelta(seconds=number))
    people = "".join(
        f'<podcast:person role="narrator">{escape(who)} (synthetic voice)</podcast:person>'
        for who in dict.fromkeys(row["who"] for row in record["lines"])
    )
    return (
        f"<item><title>{escape(record['title'])}</title><description>{escape(book.disclosure)}</description>"
        f'<guid isPermaLink="false">{book.production}/{number}</guid><pubDate>{at}</pubDate>'
        f'<enclosure url={quoteattr(name + ".mp3")} length="{size}" type="audio/mpeg"/>'
        f"<itunes:duration>{round(record['duration_ms'] / 1000)}</itunes:duration>"
        f"<itunes:episode>{number}</itunes:episode>"
        f'<podcast:transcript url={quoteattr(name + ".vtt")} type="text/vtt" language={quoteattr(book.language)}/>'
        f'<podcast:chapters url={quoteattr(name + ".chapters.json")} type="application/json+chapters"/>{people}</item>'
    )
