"""What is wrong with a command line, in one message; and texts that begin with a hyphen."""

from __future__ import annotations

import re
from typing import Any, Final

import typer
from typer.core import TyperCommand

from sayso.doors.cli.output import talk
from sayso.errors import Invalid

# Typer names no public base of its usage errors; BadParameter's parent is it.
_USAGE_ERROR: Final[Any] = typer.BadParameter.__bases__[0]

_OPTION_LIKE: Final = re.compile(r"--?[A-Za-z][A-Za-z0-9-]*(=.*)?", re.DOTALL)


class Usage(Invalid):
    """The command line is malformed."""


class TextCommand(TyperCommand):
    """A command with a text among its arguments: ``- a list item`` and ``-5 degrees`` are text, and no options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse ``args`` with such texts behind all options."""
        valued = {name for one in self.get_params(ctx) if not getattr(one, "is_flag", True) for name in one.opts}
        options, texts, rest = [], [], list(args)
        while rest and rest[0] != "--":
            arg = rest.pop(0)
            if _is_text(arg, valued):
                texts.append(arg)
                continue
            options.append(arg)
            if arg in valued and rest:
                options.append(rest.pop(0))
        behind = [*texts, *rest[1:]]
        return super().parse_args(ctx, [*options, "--", *behind] if behind else options)


def _is_text(arg: str, valued: set[str]) -> bool:
    is_short = arg[:2] in valued and arg[:2] != "--"  # -ofile
    return arg.startswith("-") and len(arg) > 1 and not is_short and not _OPTION_LIKE.fullmatch(arg)


def usage_of(error: Exception) -> Usage | None:
    """Return what is wrong with the command line, None for an error of another kind."""
    if not isinstance(error, _USAGE_ERROR):
        return None
    context: Any = error.ctx
    kind, program = type(error).__name__, "sayso" if context is None else _path(context)
    if kind == "NoArgsIsHelpError":
        for line in context.get_help().splitlines():
            talk(line)
        return Usage("got no command, expected one of those above")
    if kind == "MissingParameter" and context is not None:
        return Usage(f"missing {_all(_missing(context))}", hint=_help(program))
    if kind == "NoSuchOption":
        hint = f"an argument that starts with - goes behind --; {_help(program)}"
        return Usage(error.format_message(), hint=hint)
    return Usage(error.format_message(), hint=_help(program))


def _path(context: Any) -> str:
    names = []
    while context.parent is not None:
        names.append(context.info_name)
        context = context.parent
    return " ".join(["sayso", *reversed(names)])


def _help(program: str) -> str:
    return f"`{program} --help` lists what it takes"


def _missing(context: Any) -> list[str]:
    """Return every parameter that must be given and is not: those that are given were parsed before the first."""
    params = [one for one in context.command.get_params(context) if one.required and one.name not in context.params]
    return [one.opts[0] if one.opts[0].startswith("-") else one.metavar or one.name.upper() for one in params]


def _all(names: list[str]) -> str:
    return names[0] if len(names) < 2 else f"{', '.join(names[:-1])} and {names[-1]}"
