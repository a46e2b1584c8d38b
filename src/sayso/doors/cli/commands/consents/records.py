"""``sayso consent export``, ``import``, ``receipt`` and ``simulate``: grants and requests as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.outlet import STDOUT, Force, outlet
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import consent as shapes

if TYPE_CHECKING:
    from sayso.workflows.consent.simulating import Judged

_MOST_ROWS = 40

Grant = Annotated[str, typer.Argument(help="Grant id, grt_...")]


def attach(app: typer.Typer) -> None:
    """Add the commands to ``sayso consent``."""
    app.command()(export)
    app.command("import")(import_)
    app.command()(receipt)
    app.command()(simulate)


def export(
    grant: Grant,
    output: Annotated[Path, typer.Option("--output", "-o", help="Output file.")],
    form: Annotated[str, typer.Option("--format", help="27560 (consent record) or odrl (policy).")] = "27560",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Export a grant as a consent record or an ODRL policy.

    Consent records follow ISO/IEC TS 27560; both forms are JSON-LD.
    """
    from sayso.workflows.consent import exchanging as records  # noqa: PLC0415

    with outlet(output, force=force) as out:
        records.export(local_session(), grant, form, out.path)
        result = {"grant": grant, "format": form, "out": str(output)}
        out.show(result, (f"{output}: grant {grant} as {form}",), as_json=as_json)


def import_(
    file: Annotated[Path, typer.Argument(help="Consent record or ODRL policy, as written by `sayso consent export`.")],
    speaker: Annotated[str, typer.Option(help="Speaker who gives the grant, spk_...")],
    as_json: AsJson = False,
) -> None:
    """Import a consent record or ODRL policy as a new grant.

    A document with a term that cannot be represented exactly is refused, and the term is named.
    """
    from sayso.workflows.consent import exchanging as records  # noqa: PLC0415

    taken = records.take_in(local_session(), file, speaker)
    lines = (f"grant {taken.grant}", f"withdraw it with: sayso consent withdraw {taken.grant}")
    show(shapes.taken(taken), lines, as_json=as_json)


def receipt(
    grant: Grant,
    output: Annotated[Path, typer.Option("--output", "-o", help="Output file: .txt or .html.")],
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write a plain-language receipt for the speaker."""
    from sayso.disk import write_document  # noqa: PLC0415
    from sayso.doors.reports.receipt import form_of  # noqa: PLC0415
    from sayso.records.receipts import Commands  # noqa: PLC0415
    from sayso.workflows.consent import exchanging as records  # noqa: PLC0415

    form = form_of(output if output != STDOUT else Path("-.txt"))
    commands = Commands(withdraw="sayso consent withdraw {grant}", erase="sayso erase plan --speaker {speaker}")
    with outlet(output, force=force) as out:
        write_document(out.path, form(records.receipt_of(local_session(), grant, commands)))
        result = {"grant": grant, "out": str(output)}
        out.show(result, (f"{output}: the receipt of grant {grant}",), as_json=as_json)


def simulate(
    file: Annotated[Path, typer.Argument(help="Cases: JSON Lines, or CSV with a header row (.csv).")],
    as_json: AsJson = False,
) -> None:
    """Decide many hypothetical requests.

    Prints one JSON object per case, or a summary; reserves, makes and logs nothing. A case has voice, licensee and
    purpose, and optionally project, language, action, territory, channel and at (a time).
    """
    from sayso.workflows.consent import simulating  # noqa: PLC0415

    judged = simulating.simulate(local_session(), simulating.cases_in(file))
    if not as_json:
        show({}, _summary(judged), as_json=False)
        return
    for each in judged:
        show(shapes.judged(each), (), as_json=True)


def _summary(judged: Iterable[Judged]) -> Iterator[str]:
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for each in judged:
        case = each.case
        counts[case.voice, case.licensee, case.purpose, each.decision] += 1
    kinds = sorted({key[:3] for key in counts}, key=lambda kind: (-sum(_both(counts, kind)), kind))
    rows = [
        {"voice": kind[0], "licensee": kind[1], "purpose": kind[2], "permitted": permitted, "refused": refused}
        for kind in kinds[:_MOST_ROWS]
        for permitted, refused in [_both(counts, kind)]
    ]
    yield from tables.rows(("voice", "licensee", "purpose", "permitted", "refused"), rows)
    if len(kinds) > _MOST_ROWS:
        yield f"and {len(kinds) - _MOST_ROWS} more groups; --json shows every case"
    permitted = sum(number for key, number in counts.items() if key[3] == "permitted")
    yield f"{counts.total()} cases: {permitted} permitted, {counts.total() - permitted} refused"


def _both(counts: Counter[tuple[str, str, str, str]], kind: tuple[str, str, str]) -> tuple[int, int]:
    return counts[*kind, "permitted"], counts[*kind, "refused"]
