"""What the commands that measure a cohort have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from sayso.errors import Invalid

if TYPE_CHECKING:
    from sayso.workflows.speech.orders import Order

SUBJECTS: Final = "What is judged: engine:NAME, model:NAME, mark:PROFILE or restoration:repair."

By = Annotated[
    list[str] | None,
    typer.Option(help="Column of the cohort that makes its groups, such as sex. Repeatable. Default: group."),
]
Licensee = Annotated[str | None, typer.Option(help="Of an engine: under whose grant the voices speak.")]
PurposeOf = Annotated[str | None, typer.Option("--purpose", help="Of an engine: for which purpose they speak.")]
Project = Annotated[str | None, typer.Option(help="Of an engine: for which project they speak.")]


class MeasureUsage(Invalid):
    """Name --licensee and --purpose together, and these, --project and --by with a cohort alone."""


def ordered(licensee: str | None, purpose: str | None, project: str | None) -> Order | None:
    """Return what an engine's voices are asked for, without text and voice; None where nobody is named."""
    from sayso.workflows.speech.orders import Order  # noqa: PLC0415

    if licensee is None and purpose is None and project is None:
        return None
    if licensee is None or purpose is None:
        raise MeasureUsage
    return Order(text="", voice="", licensee=licensee, purpose=purpose, project=project)
