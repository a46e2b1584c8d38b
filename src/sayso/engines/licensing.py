"""The licence policy: what the weights of an engine may be used for, and whether a project is that."""

from __future__ import annotations

from collections.abc import Collection

from sayso.engines.errors import LicenceRefused
from sayso.engines.protocol import Engine


def check_licence(engine: Engine, project: str | None, *, non_commercial: Collection[str]) -> None:
    """Return if ``engine`` may be used for ``project``; otherwise raise `LicenceRefused`.

    A project is commercial unless ``non_commercial`` names it, and so is what belongs to no project.
    """
    licence = engine.licence
    if licence.commercial or (project is not None and project in non_commercial):
        return
    raise LicenceRefused(
        f"engine {engine.name}: its weights are under {licence.weights}, which allows no commercial use, and "
        f"{f'the project {project[:60]!r}' if project else 'what has no project'} is commercial",
        hint="choose another engine, or name the project in the setting non_commercial_projects if it is not",
        reasons=[f"licence: {licence.weights}" + (f" ({licence.conditions})" if licence.conditions else "")],
    )
