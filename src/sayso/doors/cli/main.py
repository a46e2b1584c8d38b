"""The program ``sayso``: runs a command and turns errors into exit codes."""

from __future__ import annotations

import contextlib
import gc
import io
import itertools
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, NoReturn, cast

import typer
from typer.main import get_command

from sayso import journal
from sayso.doors.cli import exits
from sayso.doors.cli.commands import COMMANDS, attach
from sayso.doors.cli.group import Group, root
from sayso.doors.cli.output import complain, talk
from sayso.doors.cli.session import finish
from sayso.doors.cli.usage import usage_of
from sayso.errors import Bug, SaysoError, Unavailable

_STDOUT: Final = {"-o-", "--output=-"}


class SystemFailed(Unavailable):
    """The operating system refused a file, a pipe or memory."""


def main() -> NoReturn:
    """Run the command line and exit with the code of what happened."""
    _start_fast()
    for stream in (sys.stdout, sys.stderr):
        # A name in a file may have characters that the terminal's encoding lacks.
        cast("io.TextIOWrapper", stream).reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    _leave_pipe()
    sys.exit(code)


def _leave_pipe() -> None:
    """Drop what stdout still holds where nobody reads it any more: Python would complain at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _start_fast() -> None:
    """Spare a short run what only pays in a long one; call it before numpy is imported.

    Products of small matrices take longer on two threads than on one, by 0.2 s a file on a busy machine, and
    collecting garbage while modules are imported finds none.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(50_000, 20, 20)


def run(arguments: list[str]) -> int:
    """Run ``arguments`` and return the exit code; only a bug in Sayso prints a traceback."""
    names = _needed(arguments)
    code = _guarded(lambda: int(_command(names)(arguments, standalone_mode=False) or exits.DONE), arguments)
    ended = _guarded(lambda: _finished(code), arguments)
    journal.note("command.ended", command=names[0] if len(names) == 1 else "none", code=ended)
    return ended


@cache
def program(names: Sequence[str] = tuple(COMMANDS)) -> typer.Typer:
    """Return the program with all its commands, or with those of ``names``."""
    app = typer.Typer(
        name="sayso",
        help="Clone voices with the speaker's consent, and prove where speech came from.",
        cls=Group,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(root)
    attach(app, names)
    return app


@cache
def _command(names: Sequence[str]) -> Any:
    """Return what parses a command line, put together once in a process: with all commands that takes 0.2 s."""
    return get_command(program(names))


def _needed(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the commands that are read for ``arguments``: the one they name, none for the version, else all."""
    if list(arguments) == ["--version"]:
        return ()
    return (arguments[0],) if arguments and arguments[0] in COMMANDS else tuple(COMMANDS)


def _finished(code: int) -> int:
    try:
        finish()
    except Unavailable:
        if code == exits.DONE:  # one error is enough, and the first one is why
            raise
    return code


def _guarded(step: Callable[[], int], arguments: Sequence[str]) -> int:
    try:
        return step()
    except (KeyboardInterrupt, typer.Abort):
        talk("stopped")
        return exits.STOPPED
    except (BrokenPipeError, SystemExit):  # who reads the output has read enough; Typer exits by itself then
        return exits.DONE
    except Exception as error:  # noqa: BLE001 - any other exception is a bug in Sayso, and is reported as one
        known = _known(error)
        with contextlib.suppress(OSError):  # where stdout fails, the exit code is all that is left to say
            complain(known, as_json="--json" in arguments, on_stderr=_takes_stdout(arguments))
        return exits.exit_code(known)


def _takes_stdout(arguments: Sequence[str]) -> bool:
    """Return whether the command line sends its output, such as sound, to stdout."""
    pairs = itertools.pairwise(arguments)
    return any(pair in {("-o", "-"), ("--output", "-")} for pair in pairs) or not _STDOUT.isdisjoint(arguments)


def _known(error: Exception) -> SaysoError:
    if isinstance(error, SaysoError):
        return error
    if usage := usage_of(error):
        return usage
    if isinstance(error, MemoryError):
        return Unavailable("not enough memory; try a shorter file")
    if isinstance(error, OSError) and error.errno is not None:
        where = f"{error.filename}: " if error.filename else ""
        return SystemFailed(f"{where}{error.strerror}")
    return _bug(error)


def _bug(error: Exception) -> Bug:
    import traceback  # noqa: PLC0415 - only needed for a bug report

    frames = traceback.extract_tb(error.__traceback__)
    for frame in frames[-6:]:
        talk(f"  {frame.filename}:{frame.lineno} in {frame.name}")
    return Bug(f"internal error ({type(error).__name__}); please report it with the lines above")
