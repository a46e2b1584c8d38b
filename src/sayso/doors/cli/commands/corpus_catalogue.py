"""``sayso corpus find`` and its kin: what a corpus holds and may be used now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.doors.cli.outlet import Force, optional_outlet, show_at
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import corpus_catalogue as shapes
from sayso.errors import Invalid

if TYPE_CHECKING:
    from sayso.corpus.card import CorpusCard
    from sayso.corpus.quota import Quotas

CorpusName = Annotated[str, typer.Argument(metavar="NAME", help="Corpus: 1 to 40 of a-z, 0-9 and hyphens.")]
Where = Annotated[str, typer.Option(help="Condition, such as 'snr_db > 20 and language = \"en\"'.")]
Version = Annotated[int | None, typer.Option(min=1, help="Version of the catalogue, by default the last.")]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed: the same draws the same.")]
QuotaTexts = Annotated[
    list[str] | None,
    typer.Option(help="How much of a value: accent=Irish:40h, or :200 for segments. Repeatable."),
]


class CorpusChoiceInvalid(Invalid):
    """The options do not go together."""


def add_to(app: typer.Typer) -> None:
    """Add these commands to the group ``corpus``."""
    for name, command in (
        ("find", find),
        ("sample", sample),
        ("nearest", nearest),
        ("export", export),
        ("report", report),
    ):
        app.command(name)(command)


def find(
    name: CorpusName,
    where: Where = "",
    limit: Annotated[int, typer.Option(min=0, max=10_000, help="Rows to show.")] = 20,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Find segments that may be used now.

    A condition compares columns (=, !=, <, <=, >, >=, in, has, is known) and joins them by and, or, not. Without a
    test of `decision` only what was kept or repaired is found.
    """
    from sayso.workflows.corpus import retrieving  # noqa: PLC0415

    view, what = retrieving.find(local_session(), name, where, limit=limit, version=version)
    told = shapes.found(name, view.version, what)
    show(told, _found(told), as_json=as_json)


def sample(
    name: CorpusName,
    by: Annotated[str, typer.Option(help="Column: the same of each of its values; with --per.")] = "",
    per: Annotated[str, typer.Option(help="How much of each value: 200, 40h, 30m or 90s.")] = "",
    quota: QuotaTexts = None,
    where: Where = "",
    seed: Seed = 0,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Draw a stratified sample that a seed repeats."""
    from sayso.workflows.corpus import retrieving  # noqa: PLC0415

    quotas = _quotas(by, per, quota or [])
    told = shapes.drawn(
        name, seed, retrieving.draw(local_session(), name, quotas, seed=seed, where=where, version=version)
    )
    show(told, [*_strata(told), *_rows(told)], as_json=as_json)


def nearest(
    name: CorpusName,
    to: Annotated[Path | None, typer.Option(help="Recording of the voice.")] = None,
    segment: Annotated[str | None, typer.Option(help="Segment of the voice.")] = None,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=10_000, help="Voices to show.")] = 10,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Find the voices nearest to one."""
    from sayso.workflows.corpus import retrieving  # noqa: PLC0415

    if (to is None) == (segment is None):
        got = "neither" if to is None else "both"
        raise CorpusChoiceInvalid(f"voice: got {got}, expected --to FILE or --segment S")
    told = shapes.near(name, retrieving.nearest(local_session(), name, to or segment or "", count, version))
    lines = [
        f"{one['speaker'] or 'not known'}  {one['similarity']:.3f}  {one['hours']:.2f} hours, such as {one['example']}"
        for one in told["voices"]
    ]
    show(told, lines, as_json=as_json)


def export(
    name: CorpusName,
    layout: Annotated[str, typer.Option("--format", help="webdataset, shar, parquet or huggingface.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="New folder, or an export to renew.")],
    where: Where = "",
    quota: QuotaTexts = None,
    seed: Seed = 0,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Write shards for training, of what may be used now.

    Run again into the same folder, it goes on where it was, takes out what was withdrawn, and writes only what changed.
    """
    from sayso.corpus.condition import Condition  # noqa: PLC0415
    from sayso.corpus.quota import Quotas  # noqa: PLC0415
    from sayso.corpus.shards import ExportOrder, ShardFormat  # noqa: PLC0415
    from sayso.workflows.corpus import retrieving  # noqa: PLC0415

    if layout not in set(ShardFormat):
        raise CorpusChoiceInvalid(f"format: got {layout[:40]!r}, expected one of {', '.join(ShardFormat)}")
    quotas = Quotas.of(quota) if quota else None
    order = ExportOrder(name, ShardFormat(layout), Condition.of(where), quotas, seed)
    with bar("export") as progress:
        told = shapes.exported(output, retrieving.export_corpus(local_session(), order, output, progress, version))
    lines = [
        f"{told['out']}: {told['hours']:.2f} hours in {told['shards']} shards, {told['written']} written",
        *([f"{told['withheld']} segments withheld: withdrawn, expired or not allowed"] if told["withheld"] else []),
    ]
    show(told, [*lines, *_strata(told)], as_json=as_json)


def report(
    name: CorpusName,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write a page with plots (HTML).")] = None,
    version: Version = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show what a corpus holds: card, licences, distributions."""
    from sayso.workflows.corpus import retrieving  # noqa: PLC0415

    with optional_outlet(output, force=force, suffix=".html") as out:
        card = retrieving.card(local_session(), name, version)
        if out:
            from sayso.disk import write_document  # noqa: PLC0415
            from sayso.doors.reports.corpus import page  # noqa: PLC0415 - loads the reports

            write_document(out.path, page(name, card), mode=0o644)
        show_at(out, shapes.card(name, card, out.path if out else None), _card(name, card), as_json=as_json)


def _quotas(by: str, per: str, quota: list[str]) -> Quotas:
    from sayso.corpus.quota import Quotas  # noqa: PLC0415

    if bool(by or per) == bool(quota) or bool(by) != bool(per):
        raise CorpusChoiceInvalid("sample: expected --by COLUMN with --per AMOUNT, or --quota COLUMN=VALUE:AMOUNT")
    return Quotas.of(quota) if quota else Quotas.each(by, per)


def _found(told: dict[str, Any]) -> Iterator[str]:
    yield f"{told['segments']} segments, {told['hours']:.2f} hours"
    yield from _rows(told)


def _rows(told: dict[str, Any]) -> Iterator[str]:
    for row in told["rows"]:
        snr = "" if row["snr_db"] is None else f"  {row['snr_db']:.0f} dB"
        yield f"{row['segment']}  {row['speaker'] or '-'}  {row['seconds']:.1f} s{snr}  {row['text'][:60]}"


def _strata(told: dict[str, Any]) -> Iterator[str]:
    for one in told["strata"]:
        note = "" if one["filled"] else ", all there is"
        yield f"{one['value'] or 'not known'}: {one['segments']} segments, {one['hours']:.2f} hours{note}"


def _card(name: str, card: CorpusCard) -> Iterator[str]:
    yield f"{name}, version {card.version}: {card.hours:.2f} hours, {card.segments} segments, {card.speakers} speakers"
    if card.withheld:
        yield f"withheld: {card.withheld} segments that no basis lets be used now"
    for line in card.licences:
        until = f", until {line.expires}" if line.expires else ""
        yield f"{line.licence} for {line.purpose}: {line.hours:.2f} hours of {line.speakers} speakers{until}"
    for share in card.reasons:
        yield f"left out, {share.value}: {share.segments} segments"
