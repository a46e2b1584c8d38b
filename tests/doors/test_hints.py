"""Hints name classes that are there and commands that can be typed; a person gets the nearest one."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from sayso.consent.errors import CloningNotGranted, ConsentRefused, GrantInvalid, SpeakerKeyKnown
from sayso.doors.cli.main import program
from sayso.doors.hints import HINTS, hint_of
from sayso.errors import SaysoError
from tests.packages import read_all


def every_error(kind=SaysoError):
    yield kind
    for below in kind.__subclasses__():
        yield from every_error(below)


def test_every_class_with_a_hint_is_there():
    read_all()
    assert set(HINTS) <= {kind.__name__ for kind in every_error()}


@pytest.mark.parametrize("hint", HINTS.values())
def test_a_hint_names_commands_that_can_be_typed(hint):
    for typed in re.findall(r"`sayso ([^`]*)`", hint):
        command, options = get_command(program()), {}
        for word in typed.split():
            if hasattr(command, "commands"):
                command = command.commands[word]
                options = {option for param in command.params for option in param.opts}
            elif word.startswith("-"):
                assert word in options


def test_the_nearest_hint_is_taken_and_what_the_error_says_itself_before_it():
    assert "consent why" in hint_of(ConsentRefused())
    assert "consent grant" in hint_of(CloningNotGranted())
    assert "speaker key rotate" in hint_of(SpeakerKeyKnown())
    assert hint_of(ConsentRefused(hint="wait")) == "wait"
    assert hint_of(GrantInvalid()) == ""
