"""``sayso resolver``: find the manifest that a file has lost, for anyone who asks (C2PA soft binding resolution)."""

from __future__ import annotations

from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session

app = typer.Typer(no_args_is_help=True)


@app.callback()
def resolver() -> None:
    """Find manifests again by mark and by content."""


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)] = 7191,
    max_mb: Annotated[int, typer.Option(help="The largest file that is taken, in MiB.", min=1, max=1024)] = 32,
    max_minutes: Annotated[int, typer.Option(help="The longest sound that is taken.", min=1, max=180)] = 10,
    as_json: AsJson = False,
) -> None:
    """Answer whoever has a mark, a fingerprint or a sound of ours and wants its manifest, until stopped.

    POST /matches/byContent, GET and POST /matches/byBinding, GET /manifests/ID, GET /services/supportedAlgorithms.
    """
    from sayso.doors.resolver.limits import Limits  # noqa: PLC0415
    from sayso.doors.resolver.server import listen  # noqa: PLC0415 - loads the detector
    from sayso.workflows.provenance.resolving import Resolver  # noqa: PLC0415

    answers = Resolver(local_session())
    answers.warm()
    limits = Limits(body_bytes=max_mb << 20, sound_s=60.0 * max_minutes)
    with listen(answers, host=host, port=port, limits=limits) as server:
        shown = {"url": server.url}
        show(shown, tables.pairs(shown), as_json=as_json)
        server.serve_forever()
