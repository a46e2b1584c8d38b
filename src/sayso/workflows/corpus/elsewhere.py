"""The run of a corpus in a process of its own: see `sayso.workflows.installation.elsewhere`."""

from __future__ import annotations

from sayso.corpus.cleaning import wanted
from sayso.corpus.program import runner_named
from sayso.progress import silent
from sayso.workflows.corpus import running
from sayso.workflows.installation.elsewhere import taken_up


def main() -> None:
    """Run the corpus that the standard input names, on this machine."""
    told, session = taken_up()
    runner = runner_named("native", told["workers"])
    running.run(session, told["corpus"], runner, wanted(told["tier"], told["recogniser"]), silent)
    session.close()


if __name__ == "__main__":
    main()
