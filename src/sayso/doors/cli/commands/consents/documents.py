"""``sayso consent sign`` and ``submit``: documents that a speaker signs with their own key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli.commands.consents.consent import told
from sayso.doors.cli.commands.keys import Passphrase, secret
from sayso.doors.cli.options import read_file
from sayso.doors.cli.outlet import Force, outlet
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session


def attach(app: typer.Typer) -> None:
    """Add the commands to ``sayso consent``."""
    app.command()(sign)
    app.command()(submit)


def sign(
    document: Annotated[Path, typer.Argument(help="Document written with --draft.")],
    key: Annotated[Path, typer.Option(help="Private Ed25519 key of the speaker, PEM.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Output file of the signed document.")],
    passphrase: Annotated[Path | None, Passphrase] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Sign a draft with the speaker's own key, on any machine.

    Needs no installation and changes nothing; submit the result with `sayso consent submit`.
    """
    from sayso.consent.keys import passphrase_of  # noqa: PLC0415
    from sayso.disk import write_document  # noqa: PLC0415
    from sayso.workflows.consent import signing  # noqa: PLC0415

    said = None if passphrase is None else passphrase_of(secret(passphrase))
    with outlet(output, force=force) as out:
        write_document(out.path, signing.signed(read_file(document), read_file(key), said).decode())
        line = f"{output}: signed; submit it with: sayso consent submit {output}"
        out.show({"signed": str(output)}, (line,), as_json=as_json)


def submit(
    signed: Annotated[Path, typer.Argument(help="Document written by `sayso consent sign`.")], as_json: AsJson = False
) -> None:
    """Submit a document that the speaker signed.

    The document is a grant, an amendment, an accepted request, a change of state or a new key.
    """
    from sayso.workflows.consent import granting, keys  # noqa: PLC0415

    data = read_file(signed)
    if keys.is_rotation(data):
        public = keys.enter_rotation(local_session(), data)
        show({"public_key": public}, (f"new key of the speaker: {public}",), as_json=as_json)
        return
    told(granting.enter(local_session(), data), as_json=as_json)
