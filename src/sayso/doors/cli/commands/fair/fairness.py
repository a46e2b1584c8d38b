"""``sayso fairness``: judge whether a system treats groups of speakers alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sayso.disk import check_target
from sayso.doors.cli import exits, tables
from sayso.doors.cli.commands.fair.cohort import (
    SUBJECTS,
    WORKERS,
    By,
    Channel,
    Corpus,
    Licensee,
    Project,
    PurposeOf,
    RayAddress,
    RunnerName,
    Workers,
    ordered,
    people,
)
from sayso.doors.cli.commands.fair.cohort import runner as runner_of
from sayso.doors.cli.group import Group
from sayso.doors.cli.outlet import Force, optional_outlet, show_at
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import fairness as shapes
from sayso.errors import Conflict, Invalid, Refused

if TYPE_CHECKING:
    from sayso.fairness import GroupComparison, Judgement
    from sayso.fairness.monitoring import DriftReport
    from sayso.fairness.remedy import Remedy

app = typer.Typer(cls=Group, no_args_is_help=True)


class CollectUsage(Invalid):
    """Name --by with --corpus alone: it says what makes a group there."""


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


@app.command("measure")
def measure(
    subject: Annotated[str, typer.Argument(help=SUBJECTS)],
    table: Annotated[Path, typer.Option(help="CSV file for `sayso fairness judge`; run again, it goes on with it.")],
    cohort: Annotated[
        Path | None,
        typer.Argument(help="CSV file: file, speaker, consented (yes or no), and columns such as sex, accent, voice."),
    ] = None,
    corpus: Corpus = None,
    by: By = None,
    licensee: Licensee = None,
    purpose: PurposeOf = None,
    project: Project = None,
    channel: Channel = False,
    runner: RunnerName = None,
    workers: Workers = WORKERS,
    ray_address: RayAddress = "",
    as_json: AsJson = False,
) -> None:
    """Measure a version on recordings of people who consented.

    Watermark: DNSMOS, likeness, readable or not. Repair: benefit, likeness. Engine: likeness, DNSMOS, words, in the
    people's voices under their grants.
    """
    from sayso.workflows.benches.measuring import measure as measured  # noqa: PLC0415

    by_whom = runner_of(runner, workers, ray_address)
    with bar("measuring") as report:
        session, order = local_session(), ordered(licensee, purpose, project)
        whom = people(session, subject, cohort, corpus, by)
        if channel:
            from sayso.workflows.benches.channel import with_channels  # noqa: PLC0415

            whom = with_channels(whom)
        found = measured(session, subject, whom, table, order=order, runner=by_whom, report=report)
    shown = shapes.measured(found)
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command("collect")
def collect(
    table: Annotated[Path, typer.Argument(help="CSV file of measurements, as `sayso fairness judge` reads it.")],
    terms: Annotated[str, typer.Option(help="Consent terms that speakers are to be asked for.")],
    payment: Annotated[str, typer.Option(help="Reference of what speakers are paid.")],
    since: Annotated[
        Path | None, typer.Option(help="Table that the request was made from; the first one then shows progress.")
    ] = None,
    margin: Annotated[list[str] | None, typer.Option(help="As for `sayso fairness judge`. Repeatable.")] = None,
    corpus: Annotated[
        str | None, typer.Option(metavar="NAME", help="Corpus that is to fill it; needs --by. Shows how far it has.")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Of --corpus: what makes a group: sex, accent, language. Repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask for the speakers that a decision still takes.

    A quota for each group; with --since and --corpus, how far a request made before has come.
    """
    from sayso.fairness import Margins, read_table  # noqa: PLC0415
    from sayso.fairness import judge as judge_table  # noqa: PLC0415
    from sayso.fairness.collection import requested  # noqa: PLC0415

    margins = Margins.of(margin or ())
    found = judge_table(read_table(table), margins)
    first = found if since is None else judge_table(read_table(since), margins)
    asked = requested(first, terms=terms, payment=payment).counted(found)
    if by and corpus is None:
        raise CollectUsage
    if corpus is not None:
        from sayso.workflows.corpus.cells import recorded  # noqa: PLC0415

        asked = asked.filled(recorded(local_session(), corpus, by or ()))
    shown = shapes.collection(asked)
    lines = (
        *tables.rows(("group", "have", "needed", "missing", "recorded", "unrecorded"), shown["quotas"]),
        f"missing: {shown['missing']} speakers, {shown['unrecorded']} of them still to be recorded",
        f"terms: {shown['terms']}; payment: {shown['payment']}",
    )
    show(shown, lines, as_json=as_json)


@app.command("remedy")
def remedy(
    table: Annotated[Path, typer.Argument(help="CSV file of measurements, as `sayso fairness judge` reads it.")],
    other: Annotated[
        Path, typer.Option("--with", help="The same speakers, measured with more effort or as the best of several.")
    ],
    chooser: Annotated[
        str, typer.Option(help="Metric whose low value says who needs it, such as likeness; of a repair, benefit.")
    ] = "likeness",
    margin: Annotated[list[str] | None, typer.Option(help="As for `sayso fairness judge`. Repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try more effort for whom a system serves badly.

    Half of the speakers choose the likeness, or the value of another metric, below which it is made; the others judge.
    Exit code as of `judge`.
    """
    from sayso.fairness import Margins, read_table  # noqa: PLC0415
    from sayso.fairness.remedy import remedied  # noqa: PLC0415

    found = remedied(read_table(table), read_table(other), Margins.of(margin or ()), chooser=chooser)
    show(shapes.remedy(found), _remedy_lines(found), as_json=as_json)
    raise typer.Exit(_CODES[found.after.verdict])


@app.command("monitor")
def monitor(
    samples: Annotated[
        Path, typer.Argument(help="CSV file in order of time: speaker, stratum, metric, value, consented (yes or no).")
    ],
    baseline: Annotated[Path, typer.Option(help="CSV file with the same columns, from when the version was judged.")],
    metrics: Annotated[Path | None, typer.Option(help="Write a text file for Prometheus' node exporter.")] = None,
    served: Annotated[bool, typer.Option("--served", help="Tell it at the server's /metrics, too.")] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Look for drift in samples of production, by stratum.

    Exit code: 0 none found, 5 alarm. Less than one false alarm in 100,000 samples of a stratum.
    """
    from sayso.disk import write_document  # noqa: PLC0415
    from sayso.fairness.monitoring import monitored, read_samples  # noqa: PLC0415

    if metrics is not None:
        check_target(metrics, overwrite=force)
    found = monitored(read_samples(baseline), read_samples(samples))
    if metrics is not None:
        write_document(metrics, shapes.exposition(found), mode=0o644)
    if served:
        from sayso.workflows.fairness.telling import tell_drift  # noqa: PLC0415

        tell_drift(local_session(), shapes.exposition(found))
    show(shapes.drift(found), _drift_lines(found), as_json=as_json)
    raise typer.Exit(_CODES["fail"] if found.alarms else exits.DONE)


def _drift_lines(found: DriftReport) -> Iterator[str]:
    for one in found.strata:
        told = f"ALARM at sample {one.alarm_at}" if one.alarm_at else "no drift"
        yield (
            f"{one.metric}, {one.stratum}: {one.recent:.3f} beside {one.baseline:.3f},"
            f" {one.samples} samples of {one.people} people: {told}"
        )
    yield (
        f"not told: {found.withheld} strata of fewer than 20 people; {found.unconsented} samples without consent,"
        f" {found.without_baseline} without a baseline"
    )


def _remedy_lines(found: Remedy) -> Iterator[str]:
    cut = "none found, or none due" if found.cut is None else f"{found.chooser} below {found.cut:.3f}"
    yield f"more effort: {cut}"
    for one in found.groups:
        yield f"{one.group}: {one.remedied} of {one.speakers} speakers need it"
    yield f"verdict: {found.before.verdict} without it, {found.after.verdict} with it"
    if found.needed:
        yield f"needed: {found.needed} speakers of each group"


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
