"""``sayso corpus``: raw recordings to a catalogue of segments whose owner, quality and history are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.doors.cli.commands import corpus_catalogue
from sayso.doors.cli.group import Group
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import corpus as shapes

if TYPE_CHECKING:
    from sayso.corpus.status import CorpusStatus

app = typer.Typer(cls=Group, no_args_is_help=True)
corpus_catalogue.add_to(app)

CorpusName = Annotated[str, typer.Argument(metavar="NAME", help="Corpus: 1 to 40 of a-z, 0-9 and hyphens.")]


@app.command("create")
def create(name: CorpusName, as_json: AsJson = False) -> None:
    """Create a corpus."""
    from sayso.workflows.corpus import running  # noqa: PLC0415

    made = shapes.created(running.create(local_session(), name))
    lines = [f"{name}: created; add recordings with: sayso corpus add {name} FOLDER --licence L --evidence URL"]
    show(made, lines, as_json=as_json)


@app.command("add")
def add(
    name: CorpusName,
    source: Annotated[str, typer.Argument(metavar="FOLDER|URL|MANIFEST", help="Folder, tar, manifest or s3://...")],
    grant: Annotated[str | None, typer.Option(help="Grant of the speaker; it must allow the action train.")] = None,
    licence: Annotated[str | None, typer.Option(help="SPDX name of the licence, such as CC-BY-4.0.")] = None,
    evidence: Annotated[str | None, typer.Option(metavar="URL", help="Page that states the licence.")] = None,
    endpoint: Annotated[str, typer.Option(metavar="URL", help="Address of the S3-compatible store.")] = "",
    region: Annotated[str, typer.Option(help="Region of the store.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add recordings under a grant or a stated licence.

    Takes Lhotse, NeMo and Hugging Face manifests. The keys of a store are read from AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY. Nothing is copied.
    """
    from sayso.workflows.corpus import running  # noqa: PLC0415

    options = {name: value for name, value in (("endpoint", endpoint), ("region", region)) if value}
    basis: dict[str, Any] = {"grant": grant, "licence": licence, "evidence": evidence}
    found = running.add(local_session(), name, source, **basis, options=options)
    lines = [f"{name}: input {found.added.number}, {found.recordings} recordings; next: sayso corpus run {name}"]
    show(shapes.added(found), lines, as_json=as_json)


@app.command("run")
def run(
    name: CorpusName,
    runner: Annotated[str, typer.Option(help="native (this machine) or ray (a cluster).")] = "native",
    workers: Annotated[int, typer.Option(min=1, max=10_000, help="Worker processes.")] = 2,
    ray_address: Annotated[str, typer.Option(metavar="ADDRESS", help="Head of the Ray cluster.")] = "",
    tier: Annotated[str, typer.Option(help="clean (repair, score, embed) or catalogue (measure only).")] = "clean",
    recogniser: Annotated[
        str, typer.Option(metavar="NAME", help="Recogniser that writes texts, such as whisper.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Clean what was added and publish the catalogue.

    Goes on where a run that was stopped left off.
    """
    from sayso.corpus.cleaning import wanted  # noqa: PLC0415
    from sayso.corpus.program import runner_named  # noqa: PLC0415
    from sayso.workflows.corpus import running  # noqa: PLC0415

    chosen = runner_named(runner, workers, ray_address), wanted(tier, recogniser)
    with bar("corpus") as report:
        found = running.run(local_session(), name, *chosen, report)
    told = shapes.result(found)
    counts = ", ".join(f"{told[each]} {each}" for each in ("kept", "repaired", "rejected", "duplicates", "quarantined"))
    show(told, [f"{found.hours:.2f} hours stay: {counts}", f"digest {found.digest}"], as_json=as_json)


@app.command("status")
def status(name: CorpusName, as_json: AsJson = False) -> None:
    """Show how far a run is; from any terminal."""
    from sayso.workflows.corpus import running  # noqa: PLC0415

    found = running.status(local_session(), name)
    show(shapes.status(name, found), _status(name, found), as_json=as_json)


@app.command("withdraw")
def withdraw(
    name: CorpusName,
    speaker: Annotated[str, typer.Option(help="Speaker: an id, or what a manifest calls them.")],
    as_json: AsJson = False,
) -> None:
    """Take a speaker out of a corpus, for good."""
    from sayso.workflows.corpus import running  # noqa: PLC0415

    found = running.withdraw(local_session(), name, speaker)
    lines = [f"{found.speaker}: {found.segments} segments and {found.sounds} sounds taken out of {name}"]
    show(shapes.taken(name, found), lines, as_json=as_json)


def _status(name: str, found: CorpusStatus) -> Iterator[str]:
    yield f"{name}: {found.state}" + (f", {found.stage}, {found.part:.0%}" if found.stage else "")
    if found.state == "running":
        left = "" if found.time_left_s is None else f", about {found.time_left_s / 60:.0f} minutes left"
        yield f"{found.hours:.2f} hours of this stage at {found.hours_per_hour:.0f} hours an hour{left}"
    if found.state == "stopped":
        yield f"go on with: sayso corpus run {name}"
    if found.published:
        yield f"published: {found.published['hours']:.2f} hours, digest {found.published['digest']}"
