"""The demo of productions: two fables of Aesop in two voices, in an installation of its own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

from sayso.disk import make_folder, write_document
from sayso.progress import Report
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import planning, running
from sayso.workflows.productions.delivery import Delivery
from sayso.workflows.productions.running import Produced

LICENSEE: Final = "Northwind Audio"
PURPOSE: Final = "audiobook/fables"


def demo(folder: Path, report: Report) -> Produced:
    """Plan and make the fables into ``folder``: the package, the manuscript, its cast, and the home beside them."""
    make_folder(folder)
    files = resources.files("sayso.doors.demo")
    for name in ("fables.script", "fables.yaml"):
        write_document(folder / name, files.joinpath(name).read_text("utf-8"), mode=0o644)
    session = open_session(Settings(home=(folder / "home").absolute()))
    try:
        brief = planning.Brief(folder / "fables.script", LICENSEE, PURPOSE, cast=folder / "fables.yaml")
        planned = planning.plan(session, brief)
        delivery = Delivery(folder / "package")
        return running.run(session, planned.production.production_id, delivery, report)
    finally:
        session.close()
