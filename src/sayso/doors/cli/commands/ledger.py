"""``sayso ledger``: the tamper-evident log of every act."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.outlet import Force, optional_outlet, outlet, show_at
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import ledger as shapes
from sayso.doors.shapes.consent import reconsidered

app = group()

Witnesses = Annotated[list[str] | None, typer.Option("--witness", help="Public key (vkey) of a witness; repeatable.")]
NumWitnesses = Annotated[int | None, typer.Option("--quorum", help="Number of witnesses that must have cosigned.")]


@app.command()
def checkpoint(as_json: AsJson = False) -> None:
    """Show the current signed checkpoint and its public key.

    The witnesses in the settings cosign it first. Exits with 6 if one of them has seen another history of the ledger.
    """
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    shown = shapes.checkpoint(auditing.checkpoint(local_session()))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def rotate(as_json: AsJson = False) -> None:
    """Rotate the signing key of the ledger.

    Closes the current shard, whose last entry announces the new key, and opens the next one.
    """
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    shown = shapes.checkpoint(auditing.rotate(local_session()))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def keys(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also write a proof that links each key to the one before.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """List the shards of the ledger and their public keys."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    with optional_outlet(output, force=force) as out:
        shown = shapes.keys(auditing.keys(local_session(), None if out is None else out.path))
        show_at(out, shown, tables.rows(("shard", "first", "entries", "vkey"), shown["shards"]), as_json=as_json)


@app.command()
def query(
    grant: Annotated[str | None, typer.Option(help="Entries under this grant.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Entries under the grants of this speaker.")] = None,
    since: Annotated[str | None, typer.Option(help="Entries from this date or time on.")] = None,
    until: Annotated[str | None, typer.Option(help="Entries before this date or time.")] = None,
    licensee: Annotated[str | None, typer.Option(help="Entries about this licensee.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Entries for this purpose or one below it.")] = None,
    project: Annotated[str | None, typer.Option(help="Entries for this project.")] = None,
    clip: Annotated[str | None, typer.Option(help="Entries about this clip.")] = None,
    kind: Annotated[
        str | None, typer.Option("--type", help="Entries of this type or one below, such as synthesis:clip.")
    ] = None,
    with_proofs: Annotated[
        Path | None,
        typer.Option(help="Write the entries to this file, with proofs and a signed statement of their number."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """List entries by grant, speaker, purpose, date and more."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    question = auditing.LedgerQuery(
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
        with outlet(with_proofs, force=force) as out:
            written = shapes.answer_written(auditing.answer(local_session(), question, out.path))
            check = f"sayso ledger verify {with_proofs} --key {written['vkey']}"
            out.show(written, (f"{with_proofs}: {written['count']} entries; verify it with: {check}",), as_json=as_json)
        return
    found = shapes.entries(auditing.query(local_session(), question=question))
    show(found, tables.rows(("entry", "at", "type", "grant", "facts"), found["entries"]), as_json=as_json)


@app.command()
def prove(
    entry: Annotated[int, typer.Argument(help="Number of the entry.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Output file (.tlog-proof).")],
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write a proof that an entry is in the ledger.

    Anyone can check it offline with the public key of the ledger.
    """
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    with outlet(output, force=force, suffix=".tlog-proof") as out:
        proved = shapes.proof_written(auditing.prove(local_session(), entry, out.path))
        line = f"{output}: entry {entry}, {proved['bytes']} bytes; verify it with: sayso ledger verify {output}"
        out.show(proved, (line,), as_json=as_json)


@app.command()
def verify(
    proof: Annotated[
        Path, typer.Argument(help="A .tlog-proof file, a file of `query --with-proofs`, or the word log.")
    ],
    key: Annotated[
        str | None, typer.Option(help="Public key (vkey) of the ledger; default: this installation's.")
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(help="File written by `sayso ledger keys -o`; accepts any key of the ledger as --key."),
    ] = None,
    witness: Witnesses = None,
    quorum: NumWitnesses = None,
    as_json: AsJson = False,
) -> None:
    """Verify a proof offline, or the whole ledger.

    With the word ``log``, checks every entry, tile and row of this installation. Exits with 6 if a check fails.
    """
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
    output: Annotated[Path, typer.Option("--output", "-o", help="Output file.")],
    since: Annotated[str | None, typer.Option(help="Start date or time.")] = None,
    until: Annotated[str | None, typer.Option(help="End date or time, exclusive.")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Export a period of the ledger to one file.

    Anyone can audit it with the public key of the ledger alone.
    """
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    with outlet(output, force=force) as out:
        written = shapes.period_written(auditing.export(local_session(), out.path, since=since, until=until))
        check = f"sayso ledger audit {output} --key {written['vkey']}"
        out.show(written, (f"{output}: {written['entries']} entries; audit it with: {check}",), as_json=as_json)


@app.command()
def audit(
    file: Annotated[Path, typer.Argument(help="File written by `sayso ledger export`.")],
    key: Annotated[str, typer.Option(help="Public key (vkey) of the ledger, first or newest.")],
    witness: Witnesses = None,
    quorum: NumWitnesses = None,
    as_json: AsJson = False,
) -> None:
    """Audit an exported period offline, entry by entry.

    Needs no installation. Exits with 6 if a check fails.
    """
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    result = shapes.log_holds(auditing.audit_file(file, key, witnesses=witness or (), quorum=quorum))
    show(result, tables.pairs(result), as_json=as_json)


@app.command()
def reindex(as_json: AsJson = False) -> None:
    """Rebuild the index of the ledger from its entries."""
    from sayso.workflows.audit import auditing  # noqa: PLC0415

    result = shapes.reindexed(auditing.reindex(local_session()))
    show(result, tables.pairs(result), as_json=as_json)


@app.command()
def reconsider(
    entry: Annotated[int, typer.Argument(help="Number of the entry of a decision.")],
    as_json: AsJson = False,
) -> None:
    """Repeat a logged decision and compare the results.

    Uses the policies, schema and request recorded at the time. Exits with 6 if the results differ.
    """
    from sayso.workflows.consent import reconsidering  # noqa: PLC0415

    result = reconsidered(reconsidering.reconsider(local_session(), entry))
    show(result, tables.pairs(result), as_json=as_json)
