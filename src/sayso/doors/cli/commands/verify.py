"""``sayso verify``: where an audio file comes from, with proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from sayso.doors.cli.batch import each
from sayso.doors.cli.exits import DONE
from sayso.doors.cli.outcomes import OUTCOMES
from sayso.doors.cli.output import AsJson
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import provenance as shapes

_MOST_SKIPPED: Final = 5


def verify(
    files: Annotated[list[Path], typer.Argument(help="Audio files.")],
    as_json: AsJson = False,
) -> None:
    """Verify audio files: watermark, grant, credentials, proof.

    Reports content credentials as intact (the file is as it was signed) and as trusted (the signer is known)
    separately. Of several clips in one file each is named, and the worst decides: exits with 6 if a watermark was
    copied or a proof fails, 4 if one of several grants is not in force. Damaged files are read as far as they decode.
    """
    from sayso.workflows.provenance.verifying import verify_file  # noqa: PLC0415 - loads the detector

    here = local_session()
    codes = [DONE]

    def verified(file: Path) -> dict[str, Any]:
        found = verify_file(here, file)
        if len(found.parts) > 1:
            codes.append(OUTCOMES[found.outcome])
        return shapes.verification(found)

    code = each(files, verified, _lines, as_json=as_json)
    raise typer.Exit(code or max(codes))


def _lines(result: dict[str, Any]) -> Iterator[str]:
    yield f"{result['file']}: {result['verdict']}"
    if result["verdict"] == "none":
        yield f"  no watermark of this installation (p = {result['p_value']:.2g})"
    else:
        yield f"  mark        {result['mark'] or 'present, not readable'} (p = {result['p_value']:.2g})"
    if result["content"] == "other":
        yield "  content     NOT OURS: the watermark belongs to another clip (copied watermark)"
    elif result["grant_state"] == "erased" and result["content"] == "unknown":
        yield "  content     cannot be compared any more: the grant was erased, and the clip with it"
    elif result["verdict"] == "marked" and result["clip"]:
        yield "  content     could not be compared with the clip; the watermark may be copied"
    if result["clip"]:
        yield f"  clip        {result['clip']}, for {result['purpose']} by {result['licensee']}"
        yield f"  grant       {result['grant']}: {result['grant_state']} now"
        yield f"  ledger      {_proof(result)}"
    for clip in result["clips"] if len(result["clips"]) > 1 else ():
        named = f"{clip['clip']}, grant {clip['grant']}: {clip['grant_state']} now" if clip["clip"] else "no clip known"
        yield f"  part        {clip['start_s']:.1f} s to {clip['end_s']:.1f} s: {clip['verdict']}, {named}"
    yield f"  credentials {_credentials(result['content_credentials'])}"
    yield from (f"  skipped     {skipped}" for skipped in result["skipped"][:_MOST_SKIPPED])


def _proof(result: dict[str, Any]) -> str:
    if result["proof_ok"]:
        return f"entry {result['entry']}, proof valid"
    return f"PROOF INVALID: {result['problem']}"


def _credentials(credentials: dict[str, Any]) -> str:
    if not credentials["present"]:
        return "none in this file"
    intact = "intact" if credentials["intact"] else "NOT INTACT"
    return f"{intact}, {'signer trusted here' if credentials['trusted'] else 'signer not on the trust list'}"
