"""``sayso ledger``: the log that nobody can change unnoticed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import ledger as shapes
from sayso.doors.shapes.consent import reconsidered

app = typer.Typer(no_args_is_help=True)

Witnesses = Annotated[list[str] | None, typer.Option("--witness", help="A witness's public key (vkey); repeatable.")]
NumWitnesses = Annotated[int | None, typer.Option("--quorum", help="How many of the witnesses must have cosigned.")]


@app.command()
def checkpoint(as_json: AsJson = False) -> None:
    """Show the signed size and root of the log now, and the key to check it with."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    shown = shapes.checkpoint(auditing.checkpoint(local_session()))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def rotate(as_json: AsJson = False) -> None:
    """Sign with a new key from now on: the shard is closed, its last entry announces the key, the next shard opens."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    shown = shapes.checkpoint(auditing.rotate(local_session()))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def keys(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the proof that each key follows from the one before.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the log's shards, one a year and a key, each with its public key."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    shown = shapes.keys(auditing.keys(local_session(), output))
    show(shown, tables.rows(("shard", "first", "entries", "vkey"), shown["shards"]), as_json=as_json)


@app.command()
def query(
    grant: Annotated[str | None, typer.Option(help="Only entries under this grant.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Only entries under this speaker's grants.")] = None,
    since: Annotated[str | None, typer.Option(help="Only entries from this day or moment on.")] = None,
    until: Annotated[str | None, typer.Option(help="Only entries before this day or moment.")] = None,
    licensee: Annotated[str | None, typer.Option(help="Only what this licensee did.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Only for this purpose, or one below it.")] = None,
    project: Annotated[str | None, typer.Option(help="Only for this project.")] = None,
    clip: Annotated[str | None, typer.Option(help="Only about this clip.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only of this type, or one below: synthesis:clip.")] = None,
    with_proofs: Annotated[
        Path | None, typer.Option(help="Write the entries to this file, each with its proof, and their number, signed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List entries: who did what, under which grant, for what purpose, when."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    question = auditing.Question(
        grant=grant,
        speaker=speaker,
        since=since,
        until=until,
        type=kind,
        licensee=licensee,
        purpose=purpose,
        project=project,
        clip=clip,
    )
    if with_proofs is not None:
        written = shapes.answer_written(auditing.answer(local_session(), question, with_proofs))
        check = f"sayso ledger verify {with_proofs} --key {written['vkey']}"
        show(written, (f"{with_proofs}: {written['count']} entries; check it with: {check}",), as_json=as_json)
        return
    found = shapes.entries(auditing.query(local_session(), question=question))
    show(found, tables.rows(("entry", "at", "type", "grant", "facts"), found["entries"]), as_json=as_json)


@app.command()
def prove(
    entry: Annotated[int, typer.Argument(help="The entry's number.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the proof (.tlog-proof).")],
    as_json: AsJson = False,
) -> None:
    """Write a proof that an entry is in the log, checkable anywhere without trusting us."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    proved = shapes.proof_written(auditing.prove(local_session(), entry, output))
    show(
        proved,
        (f"{output}: entry {entry}, {proved['bytes']} bytes; check it with: sayso ledger verify {output}",),
        as_json=as_json,
    )


@app.command()
def verify(
    proof: Annotated[
        Path, typer.Argument(help="A .tlog-proof file, an answer with proofs, or the word log for all of it.")
    ],
    key: Annotated[
        str | None, typer.Option(help="The log's public key (vkey); without it, this installation's.")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(help="A file that `sayso ledger keys -o` wrote: then any key of the log will do.")
    ] = None,
    witness: Witnesses = None,
    quorum: NumWitnesses = None,
    as_json: AsJson = False,
) -> None:
    """Check a proof offline; with the word ``log``, check every entry, tile and row here. Exit 6 if anything is off."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415
    from sayso.workflows.audit.results import ProofHolds  # noqa: PLC0415

    if str(proof) == "log":
        result = shapes.log_holds(auditing.audit(local_session()))
    else:
        key = key or auditing.vkey(local_session(), proof)
        checked = auditing.verify_proof(proof, key, succession=keys, witnesses=witness or (), quorum=quorum)
        result = shapes.proof_holds(checked) if isinstance(checked, ProofHolds) else shapes.answer_holds(checked)
    show(result, tables.pairs(result), as_json=as_json)


@app.command()
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the period.")],
    since: Annotated[str | None, typer.Option(help="From this day or moment on.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this day or moment.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a period of the log as one file, which anyone can audit with nothing but the log's public key."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    written = shapes.period_written(auditing.export(local_session(), output, since=since, until=until))
    line = f"{output}: {written['entries']} entries; check it with: sayso ledger audit {output} --key {written['vkey']}"
    show(written, (line,), as_json=as_json)


@app.command()
def audit(
    file: Annotated[Path, typer.Argument(help="A file that `sayso ledger export` wrote.")],
    key: Annotated[str, typer.Option(help="A public key (vkey) of the log, first or newest.")],
    witness: Witnesses = None,
    quorum: NumWitnesses = None,
    as_json: AsJson = False,
) -> None:
    """Check an exported period offline, entry by entry; no installation is opened. Exit 6 if anything is off."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    result = shapes.log_holds(auditing.audit_file(file, key, witnesses=witness or (), quorum=quorum))
    show(result, tables.pairs(result), as_json=as_json)


@app.command()
def reindex(as_json: AsJson = False) -> None:
    """Write the index that entries are found by again, from the entries themselves."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    result = shapes.reindexed(auditing.reindex(local_session()))
    show(result, tables.pairs(result), as_json=as_json)


@app.command()
def cosign(as_json: AsJson = False) -> None:
    """Have the witnesses in the settings cosign the checkpoint; exit 6 if one has seen another history of the log."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    shown = shapes.checkpoint(auditing.checkpoint(local_session()))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def reconsider(
    entry: Annotated[int, typer.Argument(help="The number of an entry that tells of a decision.")],
    as_json: AsJson = False,
) -> None:
    """Decide again, on the policies, schema and question kept then, and compare; exit 6 if it comes out otherwise."""
    from sayso.workflows.consent import reconsidering  # noqa: PLC0415

    result = reconsidered(reconsidering.reconsider(local_session(), entry))
    show(result, tables.pairs(result), as_json=as_json)
