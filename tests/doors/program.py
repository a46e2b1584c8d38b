"""The program ``sayso`` in this process: what a person would type, and what they would see."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from sayso.doors.cli.main import run

from .schemas import checked


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it wrote."""

    returncode: int
    written: bytes
    stderr: str

    @property
    def stdout(self) -> str:
        return self.written.decode()


class Program:
    """The program with a home of its own; ``folder`` is where it runs."""

    def __init__(self, folder: Path, home: Path | None = None) -> None:
        self.folder = folder
        self.env = {"SAYSO_HOME": str(home or folder / "home"), "HOME": str(folder), "COLUMNS": "100"}

    def run(self, *words, stdin: str | bytes = "", env=None) -> Done:
        """Run a command in this process."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.dict(os.environ, {**self.env, **(env or {})}))
            stack.enter_context(mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(data))))
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            stack.enter_context(contextlib.chdir(self.folder))
            code = run([str(word) for word in words])
        return Done(code, out.buffer.getvalue(), err.buffer.getvalue().decode())

    def spawn(self, *words, env=None, **more) -> subprocess.CompletedProcess:
        """Run a command as a process of its own: for what only the start and the end of one show."""
        command = [sys.executable, "-c", "from sayso.doors.cli.main import main; main()", *map(str, words)]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": self.folder, **more}
        return subprocess.run(command, check=False, env={**os.environ, **self.env, **(env or {})}, **options)

    def json(self, *words, code=0, **more):
        """Return the object that a command prints, or the objects, each as its schema says."""
        done = self.run(*words, "--json", **more)
        assert done.returncode == code, done.stdout + done.stderr
        objects = checked(words, done.stdout, code)
        return objects if len(objects) != 1 else objects[0]
