"""The texts that laws, codes and trades ask for: data files beside this module, read here and nowhere else."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Statute(StrEnum):
    """The data files, each with its sources inside."""

    JURISDICTIONS = "jurisdictions.toml"
    SPOKEN = "words.toml"
    CODE_OF_PRACTICE = "code_of_practice.toml"
    NOTICES = "notices.toml"


@cache
def statute(name: Statute) -> Mapping[str, Any]:
    """Return the content of a data file."""
    return tomllib.loads(files("sayso.labels").joinpath(name).read_text("utf-8"))
