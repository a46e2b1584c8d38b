"""``sayso witness``: a server that cosigns checkpoints of other ledgers if they extend what it saw before."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.output import AsJson, show

app = group()

Folder = Annotated[Path, typer.Option("--dir", help="Folder of the witness: its key and the checkpoints it has seen.")]
Name = Annotated[
    str | None, typer.Option(help="Name of the witness, such as union.example/witness; needed on first use.")
]


@app.command()
def serve(
    folder: Folder,
    origin_key: Annotated[list[str], typer.Option(help="Public key (vkey) of a ledger to witness; repeatable.")],
    name: Name = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any free port.", min=0, max=65535)] = 7190,
    as_json: AsJson = False,
) -> None:
    """Serve cosignatures and show the witness's public key."""
    from sayso.doors.api.asgi.packages import check_server  # noqa: PLC0415

    check_server()
    from sayso.doors.api.witness.server import listen  # noqa: PLC0415 - loads the server
    from sayso.ledger.note import VerifierKey  # noqa: PLC0415
    from sayso.ledger.witness import Witness, witness_key  # noqa: PLC0415

    witness = Witness(folder, witness_key(folder, name), [VerifierKey.parse(each) for each in origin_key])
    with listen(witness, host=host, port=port) as server:
        shown = {"url": server.url, "vkey": witness.vkey}
        show(shown, tables.pairs(shown), as_json=as_json)
        server.serve_forever()
