"""A command group whose help fits one screen: usage, one sentence, and a line for each command."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from sayso import __version__

_SUMMARY: Final = 60


class Group(TyperGroup):
    """A group that leaves out the list of options, since ``--help`` is its only one."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the group to ``formatter``."""
        self.format_usage(ctx, formatter)
        with formatter.indentation():
            formatter.write_text(self.help or "")
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a line for each command, without the blank line before them that a screen has no room for."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        formatter.write_heading("Commands")
        with formatter.indentation():
            formatter.write_dl([(name, each.get_short_help_str(_SUMMARY)) for name, each in commands if each])


def group() -> typer.Typer:
    """Return a new group, whose commands are added with ``command()``."""
    made = typer.Typer(cls=Group, no_args_is_help=True)
    made.callback()(_nothing)
    return made


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"sayso {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
]


def root(*, version: Version = False) -> None:
    """Take the options of the program itself."""


def _nothing() -> None:
    """Keep a group with a single command a group."""
