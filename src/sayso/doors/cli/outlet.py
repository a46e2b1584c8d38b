"""Where the result of a command goes: a file that is not there yet, or standard output."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from sayso.disk import check_target
from sayso.doors.cli.output import show, talk
from sayso.errors import Conflict

STDOUT: Final = Path("-")

Force = Annotated[bool, typer.Option("--force", help="Replace output files that exist.")]
SoundOutput = Annotated[
    Path,
    typer.Option(
        "--output", "-o", help="Output file: .wav, .flac, .mp3, .m4a or .opus; - writes WAV to standard output."
    ),
]


class StdoutIsTerminal(Conflict):
    """Sound is not written to a terminal; name a file, or pipe it into a program."""


class Outlet:
    """An output that was checked: ``path`` is the file that the work writes."""

    def __init__(self, output: Path, path: Path) -> None:
        """``output`` is what the command line names."""
        self.output, self.path = output, path

    def show(self, result: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
        """Show the result of a command, on stderr where stdout is the output."""
        is_stdout = self.output == STDOUT
        if is_stdout:
            result = {name: "-" if value == str(self.path) else value for name, value in result.items()}
        show(result, lines, as_json=as_json, on_stderr=is_stdout)


@contextlib.contextmanager
def sound_outlet(output: Path, *, force: bool) -> Iterator[Outlet]:
    """Yield what to write sound to, as `outlet` does; raise `StdoutIsTerminal` rather than write it to one."""
    if output == STDOUT and sys.stdout.isatty():
        raise StdoutIsTerminal
    with outlet(output, force=force, suffix=".wav") as out:
        yield out


@contextlib.contextmanager
def outlet(output: Path, *, force: bool, suffix: str = "") -> Iterator[Outlet]:
    """Yield what to write ``output`` to; for ``-``, a file with ``suffix`` that goes to stdout when the work is done.

    Raise `TargetTaken`, `TargetInvalid` or `DiskFailed` before any work is done.
    """
    if output != STDOUT:
        check_target(output, overwrite=force)
        yield Outlet(output, output)
        return
    with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
        path = Path(folder) / f"stdout{suffix}"
        yield Outlet(output, path)
        _copy(path, Path(folder))


def optional_outlet(output: Path | None, *, force: bool, suffix: str = "") -> AbstractContextManager[Outlet | None]:
    """Return what `outlet` yields, or None where no output is asked for."""
    return contextlib.nullcontext() if output is None else outlet(output, force=force, suffix=suffix)


def show_at(out: Outlet | None, result: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """Show the result of a command whose output is optional."""
    if out is None:
        show(result, lines, as_json=as_json)
    else:
        out.show(result, lines, as_json=as_json)


def free(path: Path, *, force: bool) -> Path:
    """Return ``path`` if a file can be written there; raise as `outlet` does."""
    check_target(path, overwrite=force)
    return path


def _copy(path: Path, folder: Path) -> None:
    """Write ``path`` to standard output, and what lies beside it, such as labels, to standard error."""
    for other in sorted(folder.iterdir()):
        if other != path:
            for line in other.read_text("utf-8").splitlines():
                talk(line)
    if path.exists():
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
