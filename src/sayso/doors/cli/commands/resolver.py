"""``sayso resolver``: a server that recovers stripped manifests (C2PA soft binding resolution)."""

from __future__ import annotations

from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session

app = group()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any free port.", min=0, max=65535)] = 7191,
    max_mb: Annotated[int, typer.Option(help="Largest accepted file, in MiB.", min=1, max=1024)] = 32,
    max_minutes: Annotated[int, typer.Option(help="Longest accepted audio, in minutes.", min=1, max=180)] = 2,
    as_json: AsJson = False,
) -> None:
    """Serve manifests by watermark, fingerprint or audio.

    Implements C2PA soft binding resolution: POST /matches/byContent, GET and POST /matches/byBinding,
    GET /manifests/ID, GET /services/supportedAlgorithms.
    """
    from sayso.doors.api.asgi.packages import check_server  # noqa: PLC0415

    check_server()
    from sayso.doors.api.resolver.limits import Limits  # noqa: PLC0415
    from sayso.doors.api.resolver.server import listen  # noqa: PLC0415 - loads the detector
    from sayso.workflows.provenance.resolving import Resolver  # noqa: PLC0415

    answers = Resolver(local_session())
    answers.warm()
    limits = Limits(body_bytes=max_mb << 20, sound_s=60.0 * max_minutes)
    with listen(answers, host=host, port=port, limits=limits) as server:
        shown = {"url": server.url}
        show(shown, tables.pairs(shown), as_json=as_json)
        server.serve_forever()
