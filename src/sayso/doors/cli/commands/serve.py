"""``sayso serve``: the server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session

if TYPE_CHECKING:
    from sayso.doors.api.tracing import Tracing

COLLECTOR: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""The variables of OpenTelemetry that name where traces go; without them none are made."""


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any free port.", min=0, max=65535)] = 7180,
    certificate: Annotated[Path | None, typer.Option(help="Certificate for TLS (PEM, with its chain).")] = None,
    certificate_key: Annotated[Path | None, typer.Option(help="Private key of the certificate (PEM).")] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy with TLS stands in front; needed for a public address.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Serve speech and everything else over HTTP.

    Clients of OpenAI's audio API use it with a key of `sayso key add`. A public address needs a key and TLS.
    """
    from sayso.accounts.rights import Right  # noqa: PLC0415 - loads the database
    from sayso.doors.api.asgi.packages import check_server  # noqa: PLC0415

    check_server("websockets", "prometheus_client", "jwt")
    from sayso.doors.api.listening import Address, serve  # noqa: PLC0415 - loads the server
    from sayso.doors.api.service import Service  # noqa: PLC0415
    from sayso.workflows.accounts.api_keys import has_valid  # noqa: PLC0415

    address = Address(host, port, certificate, certificate_key, behind_proxy)
    session = local_session()
    session.require(Right.ACCOUNTS)  # who serves an installation decides whom it answers
    address.check(has_keys=has_valid(session) or session.settings.oidc_file is not None)

    def ready(url: str) -> None:
        shown = {"url": url, "ready": True}
        show(shown, tables.pairs(shown), as_json=as_json)

    serve(Service(session, tracing=traces()), address, ready)


def traces() -> Tracing | None:
    """Return what sends traces, where the environment names a collector; raise `TracingMissing`."""
    if not any(os.environ.get(name) for name in COLLECTOR):
        return None
    from sayso.doors.api.errors import TracingMissing  # noqa: PLC0415

    try:
        from sayso.doors.api.tracing import tracing  # noqa: PLC0415 - an extra, and it takes 0.3 s
    except ImportError:
        raise TracingMissing from None
    return tracing()
