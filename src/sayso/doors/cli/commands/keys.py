"""``sayso speaker key``: the key that signs a speaker's grants."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.commands.consents.consent import Draft, drafted
from sayso.doors.cli.group import group
from sayso.doors.cli.options import MAX_TEXT_BYTES, read_file
from sayso.doors.cli.outlet import Force
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import consent as shapes
from sayso.errors import Invalid

app = group()

Speaker = Annotated[str, typer.Argument(help="Speaker id, spk_...")]
Public = Annotated[Path, typer.Option(help="Public Ed25519 key (PEM or hex) whose private key the speaker holds.")]
Passphrase = typer.Option(help="File with the passphrase, one line of 12 characters or more; - reads standard input.")


@app.command("show")
def show_(speaker: Speaker, as_json: AsJson = False) -> None:
    """Show a speaker's public key and who holds the private key."""
    _shown(speaker, as_json=as_json)


@app.command("set")
def set_(speaker: Speaker, public: Public, as_json: AsJson = False) -> None:
    """Register a key that the speaker holds."""
    from sayso.workflows.consent import signing  # noqa: PLC0415

    signing.register(local_session(), speaker, _text(public))
    _shown(speaker, as_json=as_json)


@app.command()
def rotate(
    speaker: Speaker,
    public: Annotated[
        Path | None,
        typer.Option(help="New public key, if the speaker holds the private key; default: Sayso creates a key pair."),
    ] = None,
    draft: Draft = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Replace a speaker's key, signed with the old key.

    A speaker who holds the old key signs a draft of the change (--draft).
    """
    from sayso.workflows.consent import keys  # noqa: PLC0415

    new = None if public is None else _text(public)
    if draft is not None:
        if new is None:
            raise Invalid("public: got none, expected the new public key that the draft names")
        drafted(keys.draft_rotation(local_session(), speaker, new), draft, force=force, as_json=as_json)
        return
    keys.rotate(local_session(), speaker, new)
    _shown(speaker, as_json=as_json)


@app.command()
def recover(
    speaker: Speaker,
    public: Public,
    reason: Annotated[str, typer.Option(help="Why the key is replaced, and who confirmed it. Stored encrypted.")],
    as_json: AsJson = False,
) -> None:
    """Replace a lost key, as the operator.

    The ledger records permanently that the operator, not the speaker, replaced the key.
    """
    from sayso.workflows.consent import keys  # noqa: PLC0415

    keys.recover(local_session(), speaker, _text(public), reason)
    _shown(speaker, as_json=as_json)


@app.command()
def export(
    speaker: Speaker,
    passphrase: Annotated[Path, Passphrase],
    output: Annotated[Path, typer.Option("--output", "-o", help="Output file of the encrypted private key (PEM).")],
    as_json: AsJson = False,
) -> None:
    """Export a speaker's private key and delete Sayso's copy."""
    from sayso.consent.keys import passphrase_of  # noqa: PLC0415
    from sayso.workflows.consent import keys  # noqa: PLC0415

    keys.hand_over(local_session(), speaker, output, passphrase_of(secret(passphrase)))
    lines = (f"{output}: private key of {speaker}; the copy held by Sayso is deleted",)
    show({"speaker": speaker, "key": str(output), "kept_by": "speaker"}, lines, as_json=as_json)


def _shown(speaker: str, *, as_json: bool) -> None:
    from sayso.workflows.consent import signing  # noqa: PLC0415

    shown = shapes.speaker_key(signing.key_shown(local_session(), speaker))
    show(shown, tables.pairs(shown), as_json=as_json)


def _text(path: Path) -> str:
    return read_file(path).decode(errors="replace")


def secret(path: Path) -> bytes:
    """Return the passphrase in ``path``, or on standard input for ``-``."""
    return sys.stdin.buffer.read(MAX_TEXT_BYTES) if str(path) == "-" else read_file(path)
