"""``sayso credentials``: the certificate that signs content credentials (C2PA)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.exits import DONE, INVALID
from sayso.doors.cli.group import group
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import credentials as shapes

if TYPE_CHECKING:
    from sayso.workflows.provenance.certificates import CertificateChecked

app = group()


@app.command()
def check(
    certificate: Annotated[Path, typer.Argument(help="Certificate in PEM, followed by its chain.")],
    as_json: AsJson = False,
) -> None:
    """Check whether a certificate can sign content credentials.

    Lists every requirement that is not met, with a remedy. Needs no installation and no private key. Exits with 2 if
    the certificate cannot be used.
    """
    from sayso.workflows.provenance.certificates import check_file  # noqa: PLC0415 - loads cryptography

    checked = check_file(certificate)
    show(shapes.certificate_checked(checked), _lines(checked), as_json=as_json)
    raise typer.Exit(DONE if checked.ok else INVALID)


@app.command()
def use(
    chain: Annotated[Path, typer.Argument(help="Certificate in PEM, followed by its intermediates.")],
    key: Annotated[Path | None, typer.Option(help="Private key in PEM, mode 0600; it is stored encrypted.")] = None,
    slot: Annotated[str | None, typer.Option(help="Slot of a key service that holds the private key.")] = None,
    anchors: Annotated[Path | None, typer.Option(help="Additional trusted root certificates, PEM.")] = None,
    as_json: AsJson = False,
) -> None:
    """Sign with your own certificate.

    The certificate must pass `sayso credentials check` and the key must belong to it.
    """
    from sayso.workflows.provenance import certificates  # noqa: PLC0415 - loads cryptography

    shown = shapes.signer(certificates.use(local_session(), chain, key=key, slot=slot, anchors=anchors))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command()
def local(as_json: AsJson = False) -> None:
    """Return to the local signing authority.

    The private key of the operator's certificate is deleted from this installation.
    """
    from sayso.workflows.provenance import certificates  # noqa: PLC0415 - loads cryptography

    shown = shapes.signer(certificates.use_local(local_session()))
    show(shown, tables.pairs(shown), as_json=as_json)


@app.command("show")
def show_signer(as_json: AsJson = False) -> None:
    """Show the current signer and when its certificate expires."""
    from sayso.workflows.provenance import certificates  # noqa: PLC0415 - loads cryptography

    shown = shapes.signer(certificates.signer(local_session()))
    show(shown, tables.pairs(shown), as_json=as_json)


def _lines(checked: CertificateChecked) -> Iterator[str]:
    for finding in checked.findings:
        sign = "ok    " if finding.ok else "FAILED" if finding.must else "advice"
        yield f"{sign} {finding.check}: {finding.got}"
        if not finding.ok:
            yield f"         {finding.remedy}"
    yield (
        "The certificate can sign content credentials."
        if checked.ok
        else "The certificate cannot sign content credentials."
    )
