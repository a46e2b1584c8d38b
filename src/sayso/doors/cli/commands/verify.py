"""``sayso verify``: what a file is, and what can be proved about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.doors.cli.batch import each
from sayso.doors.cli.output import AsJson
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import provenance as shapes


def verify(
    files: Annotated[list[Path], typer.Argument(help="Audio files, hundreds if need be.")],
    as_json: AsJson = False,
) -> None:
    """Say of each file whether it is ours, under which grant, whether that is still given, and prove it.

    What is intact (the file is as it was signed) and what is trusted (the signer is known) are told apart.
    """
    from sayso.workflows.provenance.verifying import verify_file  # noqa: PLC0415 - loads the detector

    here = local_session()
    raise typer.Exit(each(files, lambda file: shapes.verification(verify_file(here, file)), _lines, as_json=as_json))


def _lines(result: dict[str, Any]) -> Iterator[str]:
    yield f"{result['file']}: {result['verdict']}"
    if result["verdict"] == "none":
        yield f"  no mark of ours (p = {result['p_value']:.2g})"
    else:
        yield f"  mark        {result['mark'] or 'present, not readable'} (p = {result['p_value']:.2g})"
    if result["content"] == "other":
        yield "  content     NOT OURS: mark present, but it was given to another sound (a copied mark)"
    elif result["verdict"] == "marked" and result["clip"]:
        yield "  content     could not be compared with the clip's: the mark may have been copied here"
    if result["clip"]:
        yield f"  clip        {result['clip']}, for {result['purpose']} by {result['licensee']}"
        yield f"  grant       {result['grant']}: {result['grant_state']} now"
        yield f"  ledger      {_proof(result)}"
    yield f"  credentials {_credentials(result['content_credentials'])}"


def _proof(result: dict[str, Any]) -> str:
    if result["proof_ok"]:
        return f"entry {result['entry']}, proof holds"
    return f"PROOF DOES NOT HOLD: {result['problem']}"


def _credentials(credentials: dict[str, Any]) -> str:
    if not credentials["present"]:
        return "none in this file"
    intact = "intact" if credentials["intact"] else "NOT INTACT"
    return f"{intact}, {'signer trusted here' if credentials['trusted'] else 'signer not on the trust list'}"
