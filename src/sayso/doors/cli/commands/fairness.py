"""``sayso fairness``: judge whether a system treats groups of speakers alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sayso.doors.cli import exits
from sayso.doors.cli.group import Group
from sayso.doors.cli.outlet import Force, optional_outlet, show_at
from sayso.doors.cli.output import AsJson
from sayso.doors.shapes import fairness as shapes
from sayso.errors import Conflict, Refused

if TYPE_CHECKING:
    from sayso.fairness import GroupComparison, Judgement

app = typer.Typer(cls=Group, no_args_is_help=True)

_CODES: Final = {
    "pass": exits.DONE,
    "fail": exits.code_of(Refused),
    "insufficient": exits.code_of(Conflict),
}


@app.command("judge")
def judge(
    table: Annotated[Path, typer.Argument(help="CSV file: speaker, group, metric, value, kind (real or synthetic).")],
    margin: Annotated[
        list[str] | None,
        typer.Option(help="Largest gap that does not matter, such as likeness=0.05, in the metric's unit. Repeatable."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write a page with intervals (HTML).")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Judge measurements of groups: pass, fail or insufficient.

    The speaker is the unit. Exit code: 0 pass, 5 fail, 4 insufficient evidence.
    """
    from sayso.fairness import Margins, read_table  # noqa: PLC0415
    from sayso.fairness import judge as judge_table  # noqa: PLC0415

    with optional_outlet(output, force=force, suffix=".html") as out:
        found = judge_table(read_table(table), Margins.of(margin or ()))
        if out:
            from sayso.doors.reports.fairness import page  # noqa: PLC0415

            out.path.write_text(page(found), "utf-8")
        show_at(out, shapes.judgement(found), _lines(found), as_json=as_json)
    raise typer.Exit(_CODES[found.verdict])


def _lines(found: Judgement) -> Iterator[str]:
    for one in found.comparisons:
        low, high = one.gap.interval()
        yield (
            f"{one.metric}, {one.effect.group}: gap {one.gap.value:+.3f} ({low:+.3f} to {high:+.3f}, 95 % interval; "
            f"margin {one.margin:g}), {one.effect.speakers} speakers: {one.verdict}{_note(one)}"
        )
    yield f"verdict: {found.verdict}"
    if found.needed:
        yield f"needed: {found.needed} speakers of each group"


def _note(one: GroupComparison) -> str:
    return "; the gap points the other way within strata" if one.is_reversed else ""
