"""The help: every group fits one screen, and no summary of a command is cut."""

from __future__ import annotations

from functools import cache

import pytest
import typer
from typer.testing import CliRunner

from sayso.doors.cli.main import program

SCREEN = 25
FIRST_SCREEN = 40  # the first page lists every room
SUMMARY = 60


def commands(group, path=()):
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(program())))
GROUPS = [path for path, command in COMMANDS.items() if hasattr(command, "commands")]


@cache
def page(path):
    return (
        CliRunner(env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"})
        .invoke(program((path[0],)) if path else program(), [*path, "--help"], prog_name="sayso")
        .output
    )


@pytest.mark.parametrize("path", GROUPS, ids=" ".join)
def test_the_help_of_a_group_fits_one_screen(path):
    assert len(page(path).splitlines()) <= (SCREEN if path else FIRST_SCREEN)


@pytest.mark.parametrize("path", GROUPS, ids=" ".join)
def test_no_summary_is_cut(path):
    for name, command in COMMANDS[path].commands.items():
        summary = command.get_short_help_str(limit=200)
        assert 0 < len(summary) <= SUMMARY
        assert f"{name} " in page(path)
        assert summary in page(path)
    assert "..." not in page(path).split("Commands:")[1]


@pytest.mark.parametrize("path", [path for path in COMMANDS if path not in GROUPS], ids=" ".join)
def test_every_option_is_explained(path):
    for option in COMMANDS[path].params:
        assert getattr(option, "help", None), option.name
