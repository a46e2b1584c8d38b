"""Reading the settings, at the door: defaults, then ``config.toml`` in the home, then ``SAYSO_*`` variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sayso.settings.names import NAMES, check_arguments, check_variables, variable
from sayso.settings.settings import Settings

_FILE: Final = "config.toml"


def load(
    env: Mapping[str, str] | None = None, *, home: Path | None = None, given: Mapping[str, Any] | None = None
) -> Settings:
    """Return the settings that ``env`` (by default the environment) and the file in the home tell.

    ``home`` stands before ``SAYSO_HOME``; what a program has ``given``, by setting, stands before all else. Raise
    `Invalid` for an unknown name or a value of the wrong type.
    """
    env = os.environ if env is None else env
    given = given or {}
    check_variables(env)
    check_arguments(given)
    place, origin = _home(env, home)
    origins = {"home": origin}
    if not given and not (place / _FILE).exists() and not any(env.get(variable(name)) for name in NAMES):
        return Settings(home=place, origins=origins)
    from sayso.settings.sources import told  # noqa: PLC0415 - pydantic takes 0.2 s, and there is something to check

    values, found = told(place / _FILE, env, given)
    return Settings(home=place, origins=origins | found, **values)


def default_home(env: Mapping[str, str]) -> Path:
    """Return the user's data folder for Sayso (XDG base directories)."""
    base = env.get("XDG_DATA_HOME") or str(Path(env.get("HOME", "~")).expanduser() / ".local" / "share")
    return Path(base) / "sayso"


def _home(env: Mapping[str, str], home: Path | None) -> tuple[Path, str]:
    if home is not None:
        return home.expanduser().absolute(), "argument"
    told = env.get(variable("home"))
    return (Path(told).expanduser().absolute(), variable("home")) if told else (default_home(env).absolute(), "default")
