"""``sayso consent key``, ``rekey``, ``recover-key``, ``hand-over``, ``sign`` and ``enter``: speakers' keys in use."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.commands.consent import Draft, Speaker, drafted, told
from sayso.doors.cli.options import MAX_TEXT_BYTES, read_file
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import consent as shapes
from sayso.errors import Invalid

Public = Annotated[
    Path, typer.Option(help="The new public Ed25519 key (PEM or hex); the speaker keeps the private one.")
]
Passphrase = typer.Option(
    help="A file with the passphrase, one line of at least 12 characters; - reads standard input."
)


def attach(app: typer.Typer) -> None:
    """Hang the commands on ``sayso consent``."""
    for command in (key, rekey, hand_over, sign, enter):
        app.command()(command)
    app.command("recover-key")(recover)


def key(
    speaker: Speaker,
    public: Annotated[
        Path | None, typer.Option(help="The public Ed25519 key (PEM or hex) of a speaker who keeps the private one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the key that a speaker's grants are signed with, or enter one that they keep themselves."""
    from sayso.workflows.consent import signing  # noqa: PLC0415

    if public is not None:
        signing.register(local_session(), speaker, _text(public))
    _shown(speaker, as_json=as_json)


def rekey(
    speaker: Speaker,
    public: Annotated[
        Path | None,
        typer.Option(help="The new public key, of a private one that the speaker keeps; else Sayso makes one."),
    ] = None,
    draft: Draft = None,
    as_json: AsJson = False,
) -> None:
    """Replace a speaker's key, signed by the old one; a speaker who keeps it signs a draft."""
    from sayso.workflows.consent import keys  # noqa: PLC0415

    new = None if public is None else _text(public)
    if draft is not None:
        if new is None:
            raise Invalid("public: got none, expected the new public key that the draft is about")
        drafted(keys.draft_rotation(local_session(), speaker, new), draft, as_json=as_json)
        return
    keys.rotate(local_session(), speaker, new)
    _shown(speaker, as_json=as_json)


def recover(
    speaker: Speaker,
    public: Public,
    reason: Annotated[
        str, typer.Option(help="Why the operator enters it: what was lost, who vouches. Kept under seal.")
    ],
    as_json: AsJson = False,
) -> None:
    """Enter a new key for a speaker who lost theirs, as the operator: the ledger says so for good."""
    from sayso.workflows.consent import keys  # noqa: PLC0415

    keys.recover(local_session(), speaker, _text(public), reason)
    _shown(speaker, as_json=as_json)


def hand_over(
    speaker: Speaker,
    passphrase: Annotated[Path, Passphrase],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the sealed private key goes: PEM.")],
    as_json: AsJson = False,
) -> None:
    """Give a speaker the key that Sayso kept for them, sealed with a passphrase, and destroy Sayso's copy."""
    from sayso.consent.keyfile import passphrase_of  # noqa: PLC0415
    from sayso.workflows.consent import keys  # noqa: PLC0415

    keys.hand_over(local_session(), speaker, output, passphrase_of(_secret(passphrase)))
    lines = (f"{output}: the private key of {speaker}; Sayso has no copy any more",)
    show({"speaker": speaker, "key": str(output), "kept_by": "speaker"}, lines, as_json=as_json)


def sign(
    document: Annotated[Path, typer.Argument(help="The document that --draft wrote.")],
    key: Annotated[Path, typer.Option(help="The speaker's private Ed25519 key, PEM.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the signed document goes.")],
    passphrase: Annotated[Path | None, Passphrase] = None,
    as_json: AsJson = False,
) -> None:
    """Sign a document with the speaker's own key, on any machine; nothing is entered."""
    from sayso.consent.keyfile import passphrase_of  # noqa: PLC0415
    from sayso.disk import write_document  # noqa: PLC0415
    from sayso.workflows.consent import signing  # noqa: PLC0415

    said = None if passphrase is None else passphrase_of(_secret(passphrase))
    write_document(output, signing.signed(read_file(document), read_file(key), said).decode())
    show({"signed": str(output)}, (f"{output}: signed; enter it with: sayso consent enter {output}",), as_json=as_json)


def enter(
    signed: Annotated[Path, typer.Argument(help="What `sayso consent sign` wrote.")], as_json: AsJson = False
) -> None:
    """Enter what the speaker signed: a grant, its next version, the answer to a request, a stop, or a new key."""
    from sayso.workflows.consent import granting, keys  # noqa: PLC0415

    data = read_file(signed)
    if keys.is_rotation(data):
        public = keys.enter_rotation(local_session(), data)
        show({"public_key": public}, (f"the speaker's key is {public} from now on",), as_json=as_json)
        return
    told(granting.enter(local_session(), data), as_json=as_json)


def _shown(speaker: str, *, as_json: bool) -> None:
    from sayso.workflows.consent import signing  # noqa: PLC0415

    shown = shapes.speaker_key(signing.key_shown(local_session(), speaker))
    show(shown, tables.pairs(shown), as_json=as_json)


def _text(path: Path) -> str:
    return read_file(path).decode(errors="replace")


def _secret(path: Path) -> bytes:
    return sys.stdin.buffer.read(MAX_TEXT_BYTES) if str(path) == "-" else read_file(path)
