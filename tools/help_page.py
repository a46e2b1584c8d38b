"""Write docs/commands.md from the program's own help, or check that it is not stale (``--check``)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "commands.md"
HEAD = "# Commands\n\nWritten by `make docs` from the program's own help.\n"


def pages() -> Iterator[str]:
    """Yield a section for the program and each of its commands."""
    import typer
    from typer.testing import CliRunner

    from sayso.doors.cli.main import program

    runner = CliRunner(env={"COLUMNS": "100", "TERMINAL_WIDTH": "100"})
    for words in [[], *_commands(typer.main.get_command(program()))]:
        read = program((words[0],)) if words else program()
        text = runner.invoke(read, [*words, "--help"], prog_name="sayso").output
        yield f"## sayso {' '.join(words)}".rstrip() + f"\n\n```text\n{text.strip()}\n```\n"


def _commands(group: object, path: tuple[str, ...] = ()) -> Iterator[list[str]]:
    for name, command in getattr(group, "commands", {}).items():
        if len(getattr(command, "commands", "ab")) > 1:  # the page of a group's only command says all of it
            yield [*path, name]
        yield from _commands(command, (*path, name))


def main() -> int:
    """Write or check the page."""
    os.environ["COLUMNS"] = "100"
    text = "\n".join([HEAD, *pages()])
    if "--check" not in sys.argv:
        PAGE.write_text(text)
        return 0
    if PAGE.read_text() == text:
        return 0
    print("docs/commands.md is stale; run `make docs`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
