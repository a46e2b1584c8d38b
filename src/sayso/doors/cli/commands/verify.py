"""``sayso verify``: where an audio file comes from, with proof."""

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
    files: Annotated[list[Path], typer.Argument(help="Audio files.")],
    as_json: AsJson = False,
) -> None:
    """Verify audio files: watermark, grant, credentials, proof.

    Reports content credentials as intact (the file is as it was signed) and as trusted (the signer is known)
    separately.
    """
    from sayso.workflows.provenance.verifying import verify_file  # noqa: PLC0415 - loads the detector

    here = local_session()
    raise typer.Exit(each(files, lambda file: shapes.verification(verify_file(here, file)), _lines, as_json=as_json))


def _lines(result: dict[str, Any]) -> Iterator[str]:
    yield f"{result['file']}: {result['verdict']}"
    if result["verdict"] == "none":
        yield f"  no watermark of this installation (p = {result['p_value']:.2g})"
    else:
        yield f"  mark        {result['mark'] or 'present, not readable'} (p = {result['p_value']:.2g})"
    if result["content"] == "other":
        yield "  content     NOT OURS: the watermark belongs to another clip (copied watermark)"
    elif result["verdict"] == "marked" and result["grant_state"] == "erased":
        yield "  content     no longer comparable, as the grant is erased; the watermark may be copied"
    elif result["verdict"] == "marked" and result["clip"]:
        yield "  content     could not be compared with the clip; the watermark may be copied"
    if result["clip"]:
        yield f"  clip        {result['clip']}, for {result['purpose']} by {result['licensee']}"
        yield f"  grant       {result['grant']}: {result['grant_state']} now"
        yield f"  ledger      {_proof(result)}"
    yield f"  credentials {_credentials(result['content_credentials'])}"


def _proof(result: dict[str, Any]) -> str:
    if result["proof_ok"]:
        return f"entry {result['entry']}, proof valid"
    return f"PROOF INVALID: {result['problem']}"


def _credentials(credentials: dict[str, Any]) -> str:
    if not credentials["present"]:
        return "none in this file"
    intact = "intact" if credentials["intact"] else "NOT INTACT"
    return f"{intact}, {'signer trusted here' if credentials['trusted'] else 'signer not on the trust list'}"
