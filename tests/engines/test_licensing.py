"""The licence policy: weights that allow no commercial use speak for no project but those that are named."""

from __future__ import annotations

import pytest

from sayso.engines import Licence, LicenceRefused
from sayso.engines.hibari import HibariEngine
from sayso.engines.licensing import check_licence


class Academic(HibariEngine):
    licence = Licence("MIT", "CC-BY-NC-4.0", commercial=False, conditions="name the authors")


@pytest.mark.parametrize("project", [None, "film", "Thesis", "thes"])
def test_what_is_not_named_is_commercial(project):
    with pytest.raises(LicenceRefused, match="CC-BY-NC") as refused:
        check_licence(Academic(), project, non_commercial=("thesis",))
    assert refused.value.reasons == ("licence: CC-BY-NC-4.0 (name the authors)",)


def test_a_named_project_may():
    check_licence(Academic(), "thesis", non_commercial=("thesis",))


def test_an_engine_for_all_uses_is_never_refused():
    check_licence(HibariEngine(), None, non_commercial=())
