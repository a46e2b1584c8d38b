"""``sayso credentials``: the signed statement inside a file (C2PA), and who signs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.exits import DONE, INVALID
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import credentials as shapes

if TYPE_CHECKING:
    from sayso.workflows.provenance.certificates import CertificateChecked

app = typer.Typer(no_args_is_help=True)


@app.callback()
def credentials() -> None:
    """Know what content credentials need."""


@app.command()
def check(
    certificate: Annotated[Path, typer.Argument(help="Your certificate, PEM, with its chain behind it.")],
    as_json: AsJson = False,
) -> None:
    """Say whether a certificate of yours can sign content credentials, and what a wrong one lacks. Exit 2 if it cannot.

    Needs no installation, and never the private key.
    """
    from sayso.workflows.provenance.certificates import check_file  # noqa: PLC0415 - loads cryptography

    checked = check_file(certificate)
    show(shapes.certificate_checked(checked), _lines(checked), as_json=as_json)
    raise typer.Exit(DONE if checked.ok else INVALID)


@app.command()
def use(
    chain: Annotated[Path, typer.Argument(help="Your certificate, PEM, then its intermediates.")],
    key: Annotated[Path | None, typer.Option(help="Its private key, PEM, mode 0600; kept sealed here.")] = None,
    slot: Annotated[str | None, typer.Option(help="The slot that signs, where a key service keeps the key.")] = None,
    anchors: Annotated[
        Path | None, typer.Option(help="Roots to trust here, PEM, such as your own authority's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sign with a certificate of yours from now on, if it can sign and the key is its own; else say what it lacks."""
    from sayso.workflows.provenance import certificates  # noqa: PLC0415 - loads cryptography

    shown = shapes.signer(certificates.use(local_session(), chain, key=key, slot=slot, anchors=anchors))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def local(as_json: AsJson = False) -> None:
    """Sign with the local authority again; your key is removed from here."""
    from sayso.workflows.provenance import certificates  # noqa: PLC0415 - loads cryptography

    shown = shapes.signer(certificates.use_local(local_session()))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command("show")
def show_signer(as_json: AsJson = False) -> None:
    """Say who signs the credentials of what is made here, and until when."""
    from sayso.workflows.provenance import certificates  # noqa: PLC0415 - loads cryptography

    shown = shapes.signer(certificates.signer(local_session()))
    show(shown, tables.pairs(shown), as_json=as_json)


def _lines(checked: CertificateChecked) -> Iterator[str]:
    for finding in checked.findings:
        sign = "ok    " if finding.ok else "LACKS " if finding.must else "advice"
        yield f"{sign} {finding.check}: {finding.got}"
        if not finding.ok:
            yield f"         {finding.remedy}"
    yield "It can sign content credentials." if checked.ok else "It cannot sign content credentials as it is."
