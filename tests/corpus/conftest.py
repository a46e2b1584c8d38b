"""A catalogue that tests of reading share."""

from __future__ import annotations

import pytest

pytest.importorskip("lance", reason="needs the extra corpus")

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.view import CorpusView
from tests.corpus.rows import AT, everyone, rows


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    catalogue = Catalogue(tmp_path_factory.mktemp("corpus"))
    catalogue.publish(rows())
    return catalogue


@pytest.fixture
def view(published):
    return CorpusView(published, everyone, at=AT)
