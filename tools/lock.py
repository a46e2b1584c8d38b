"""Write requirements/*.lock: every package pinned with its hashes, for Linux with glibc 2.31 or newer. Needs uv."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCKS = ROOT / "requirements"
COMPILE = [
    "uv",
    "pip",
    "compile",
    "--quiet",
    "--python-platform",
    "x86_64-manylinux_2_31",
    "--python-version",
    "3.11",
    "--generate-hashes",
]
QUIET = ["--no-header", "--no-annotate", "--no-emit-index-url"]
BUILD = ["hatchling", "editables"]


def lock(name: str, *arguments: str, constraint: str | None = None) -> None:
    """Compile ``requirements/<name>.lock``; packages of ``constraint`` keep the versions they have there."""
    bound = ["--constraint", str(LOCKS / constraint)] if constraint else []
    command = [*COMPILE, *QUIET, *bound, "--output-file", str(LOCKS / f"{name}.lock"), *arguments]
    subprocess.run(command, check=True, cwd=ROOT)


def main() -> None:
    """Lock the sets, the core first.

    Pipecat wants soxr 1.0, soundfile 0.13 and protobuf below 7, where the others have 1.1, 0.14 and 7: it is locked and
    installed apart, so that it holds nothing back.
    """
    (LOCKS / "build.in").write_text("\n".join(BUILD) + "\n")
    lock("core", "pyproject.toml", "requirements/build.in")
    lock("dev", "--group", "dev", constraint="core.lock")
    lock("bench", "--group", "bench", constraint="dev.lock")
    lock("pipecat", "--group", "pipecat")


if __name__ == "__main__":
    main()
