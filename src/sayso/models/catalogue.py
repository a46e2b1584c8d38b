"""Where the weights are: an explicit path, then an installed package. Always checked by SHA-256 before use.

``catalogue.toml`` is the one table of models: file, licence, source package, version and digest.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources, util
from pathlib import Path
from typing import Final

from sayso.errors import NotFound, Tampered, Unavailable

_PATH_VARIABLE: Final = "SAYSO_MODEL_{name}"


class ModelMissing(Unavailable):
    """A model file is missing; install its package again."""


class ModelTampered(Tampered):
    """A model file does not have the digest that the catalogue names."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model: what it is, whose it is, and where its bytes lie.

    ``parts`` are ``package:file`` places whose bytes, joined in order, have the digest ``sha256``. ``extra`` names the
    extra of Sayso that installs it, "" for what every installation has.
    """

    name: str
    sha256: str
    parts: tuple[str, ...]
    licence: str
    source: str
    version: str
    purpose: str
    extra: str = ""

    @property
    def is_installed(self) -> bool:
        """Whether the packages that hold the parts are installed."""
        return all(util.find_spec(part.partition(":")[0]) is not None for part in self.parts)


@cache
def cards() -> dict[str, ModelCard]:
    """Return every model of the catalogue by name."""
    table = tomllib.loads(resources.files(__package__).joinpath("catalogue.toml").read_text())
    return {name: ModelCard(name=name, **{**row, "parts": tuple(row["parts"])}) for name, row in table.items()}


def weights(name: str) -> bytes:
    """Return the checked bytes of the model ``name``.

    ``SAYSO_MODEL_<NAME>`` may point to a file to use instead; its digest is checked all the same. Raise
    `NotFound` for a name that is not in the catalogue, `ModelMissing` and `ModelTampered` for its files.
    """
    card = cards().get(name)
    if card is None:
        raise NotFound(f"got the model name {name!r}, expected one of {', '.join(sorted(cards()))}")
    data = b"".join(_read(path, card) for path in _places(card))
    digest = hashlib.sha256(data).hexdigest()
    if digest != card.sha256:
        raise ModelTampered(
            f"model {name}: got SHA-256 {digest[:16]}..., expected {card.sha256[:16]}...",
            hint=f"reinstall {card.source}=={card.version}",
        )
    return data


def explicit_path(name: str) -> Path | None:
    """Return the path that ``SAYSO_MODEL_<NAME>`` gives for the model ``name``, if it gives one."""
    explicit = os.environ.get(_PATH_VARIABLE.format(name=name.upper().replace("-", "_")))
    return Path(explicit) if explicit else None


def _places(card: ModelCard) -> list[Path]:
    explicit = explicit_path(card.name)
    if explicit:
        return [explicit]
    return [_package_file(part, card) for part in card.parts]


def _package_file(part: str, card: ModelCard) -> Path:
    package, _, file = part.partition(":")
    spec = util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(
            f"model {card.name}: the package {package} is not installed",
            hint=f"pip install 'sayso[{card.extra}]'" if card.extra else f"pip install {card.source}=={card.version}",
        )
    return Path(spec.submodule_search_locations[0]) / file


def _read(path: Path, card: ModelCard) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelMissing(
            f"model {card.name}: {path.name} cannot be read ({error.strerror})",
            hint=f"reinstall {card.source}=={card.version}",
        ) from error
