"""A short book in two voices, planned and, once for all tests, produced."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sayso.workflows.productions import planning, running
from sayso.workflows.productions.delivery import Delivery
from sayso.workflows.productions.planning import Brief, Planned
from sayso.workflows.productions.running import Produced
from tests.workflows.conftest import LICENSEE, PURPOSE, Estate

BOOK = """\
Title: The Lamp
Author: A. Keeper

CHAPTER I

The keeper climbed the narrow stair before dawn, and he was not alone.

“Who is there?” asked Ada. “I can hear that somebody is on the stair, and I am not afraid of you.”

CHAPTER II

Nobody answered, and the lamp went out.
"""
CAST = "sayso-cast: 1\nnarrator: heart\ndialogue: yes\ncharacters:\n  Ada: {}\n"
FORMATS = ("mp3",)


@dataclass(frozen=True)
class Book:
    """An estate whose voice is Ada's, a folder with a manuscript and its cast, and what was planned."""

    estate: Estate
    folder: Path
    planned: Planned

    @property
    def session(self):
        return self.estate.session

    @property
    def production(self) -> str:
        return self.planned.production.production_id

    def brief(self, **changes) -> Brief:
        fields = {
            "book": self.folder / "lamp.txt",
            "licensee": LICENSEE,
            "purpose": PURPOSE,
            "cast": self.folder / "cast.yaml",
        }
        return Brief(**(fields | changes))

    def run(self, out="out", formats=FORMATS, **more) -> Produced:
        return running.run(self.session, self.production, Delivery(self.folder / out, formats), **more)

    def copied(self, folder: Path) -> Book:
        estate = self.estate.copied(folder)
        for name in ("lamp.txt", "cast.yaml"):
            shutil.copy(self.folder / name, folder)
        return replace(self, estate=estate, folder=folder)


@pytest.fixture(scope="session")
def planned_template(tmp_path_factory, template) -> Book:
    folder = tmp_path_factory.mktemp("book")
    estate = template.copied(folder)
    (folder / "lamp.txt").write_text(BOOK)
    (folder / "cast.yaml").write_text(CAST.format(estate.voice))
    book = Book(estate, folder, planned=None)
    book = replace(book, planned=planning.plan(estate.session, book.brief()))
    book.estate.closed()
    return book


@pytest.fixture(scope="session")
def produced_template(tmp_path_factory, planned_template) -> tuple[Book, Produced]:
    book = planned_template.copied(tmp_path_factory.mktemp("produced"))
    made = book.run()
    book.estate.closed()
    return book, made


@pytest.fixture
def book(tmp_path, planned_template) -> Book:
    """Return a planned book of the test's own."""
    return planned_template.copied(tmp_path)


@pytest.fixture
def produced(tmp_path, produced_template) -> tuple[Book, Produced]:
    """Return a produced book of the test's own, its package in ``out``, and what came of the run."""
    book, made = produced_template
    shutil.copytree(book.folder / "out", tmp_path / "out")
    return book.copied(tmp_path), made
