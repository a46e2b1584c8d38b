"""The options by which the terms of a grant are typed, made of the table of dimensions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.consent.dimension import Command, Option
from sayso.consent.dimensions import TERMS
from sayso.doors.cli.options import read_file


def takes_terms(command: Command) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of the terms that ``command`` takes, in place of its ``**typed``."""

    def decorated(function: Callable[..., None]) -> Callable[..., None]:
        own = [each for each in inspect.signature(function, eval_str=True).parameters.values() if each.name != "typed"]
        ordered = sorted([*own, *_parameters(command)], key=_place)
        parameters = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in ordered]
        function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
        function.__annotations__ = {each.name: each.annotation for each in parameters}
        return function

    return decorated


def typed_terms(typed: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed, by the names that `Terms` takes; what was not typed is left out."""
    given = {name: value for name, value in typed.items() if value not in (None, [])}
    if "notice" in given:
        given["notice"] = read_file(Path(given["notice"]))
    return given


def _parameters(command: Command) -> Iterator[Parameter]:
    for term in TERMS:
        if term.option is not None and command in term.option.commands:
            required = term.option.required and command is not Command.AMEND
            yield Parameter(
                term.typed,
                Parameter.KEYWORD_ONLY,
                default=Parameter.empty if required else None,
                annotation=Annotated[_type(term.option, required=required), _declared(term.option)],
            )


def _place(parameter: Parameter) -> int:
    """Return 0 for what must be given, 1 for terms, and 2 for what says how the command does its work."""
    if parameter.default is Parameter.empty:
        return 0
    return 1 if parameter.kind is Parameter.KEYWORD_ONLY else 2


def _type(option: Option, *, required: bool) -> Any:
    one = Path if option.takes is bytes else option.takes
    kind: Any = list[one] if option.several else one  # type: ignore[valid-type]  # made as the program runs
    return kind if required else kind | None


def _declared(option: Option) -> Any:
    names = f"--{option.name}/--{option.off}" if option.off else f"--{option.name}"
    return typer.Option(names, help=option.help)
