"""Settings: where things are and how much of the machine to use, each with its origin.

Read once, at the door: defaults, then ``config.toml`` in the home, then ``SAYSO_*`` variables; passed down as a value.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from sayso.errors import Invalid

_ENV_PREFIX: Final = "SAYSO_"
_NAMES: Final = {"jurisdictions": "eu", "mark_chains": "opus-16"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation is told. An empty address means: a file in the home.

    ``mark_chains``: the codecs that the mark of a new clip must survive, by default the telephone,
    which takes more of it than MP3 at 64 kbit/s and costs a quarter; ``weak_marks``: one that does
    not is told (flag) or not let out (refuse).
    """

    home: Path
    database_url: str = ""
    keys_url: str = ""
    blobs_url: str = ""
    kek_file: Path | None = None
    log_origin: str = "sayso.local/log"
    threads: int = 2
    engine: str = "kokoro"
    witnesses: tuple[str, ...] = ()
    witness_quorum: int = 0
    provider: str = ""
    contact: str = ""
    jurisdictions: tuple[str, ...] = ()
    mark_chains: tuple[str, ...] = ("mu-law-8k",)
    weak_marks: str = "flag"
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Fill in the addresses that lie in the home."""
        defaults = {
            "database_url": f"sqlite:///{self.home / 'sayso.sqlite'}",
            "keys_url": f"sqlite:///{self.home / 'keys' / 'keys.sqlite'}",
            "blobs_url": (self.home / "blobs").as_uri() if self.home.is_absolute() else "",
            "kek_file": self.home / "keys" / "kek",
        }
        for name, value in defaults.items():
            if not getattr(self, name):
                object.__setattr__(self, name, value)
        if self.keys_url == self.database_url:
            raise Invalid("settings.keys_url: got the database of the state, expected one of its own (decisions/0003)")
        if not 1 <= self.threads <= 256:
            raise Invalid(f"settings.threads: got {self.threads}, expected 1 to 256")
        if self.weak_marks not in ("flag", "refuse"):
            raise Invalid(f"settings.weak_marks: got {self.weak_marks[:40]!r}, expected flag or refuse")
        if not 0 <= self.witness_quorum <= len(self.witnesses):
            raise Invalid(
                f"settings.witness_quorum: got {self.witness_quorum}, expected 0 to {len(self.witnesses)},"
                " the number of witnesses"
            )

    @property
    def tiles(self) -> Path:
        """The folder of the ledger's tiles and checkpoint."""
        return self.home / "ledger"

    def shown(self) -> dict[str, dict[str, str]]:
        """Return every setting with its origin, passwords in addresses masked."""
        return {
            f.name: {"value": _mask(_text(getattr(self, f.name))), "origin": self.origins.get(f.name, "default")}
            for f in fields(self)
            if f.name != "origins"
        }


def default_home(env: Mapping[str, str]) -> Path:
    """Return the user's data folder for Sayso (XDG base directories)."""
    base = env.get("XDG_DATA_HOME") or str(Path(env.get("HOME", "~")).expanduser() / ".local" / "share")
    return Path(base) / "sayso"


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raise `Invalid` for an unknown name or a value of the wrong type."""
    env = os.environ if env is None else env
    home_text = env.get(_ENV_PREFIX + "HOME")
    home = Path(home_text).expanduser().absolute() if home_text else default_home(env).absolute()
    values: dict[str, Any] = {}
    origins = {"home": "SAYSO_HOME" if home_text else "default"}
    known = {f.name for f in fields(Settings)} - {"home", "origins"}
    for name, value in _from_file(home / "config.toml").items():
        if name not in known:
            raise Invalid(f"config.toml: got the unknown setting {name!r}, expected one of {', '.join(sorted(known))}")
        values[name], origins[name] = _typed(name, value), "config.toml"
    for name in known & {key.removeprefix(_ENV_PREFIX).lower() for key in env if key.startswith(_ENV_PREFIX)}:
        variable = _ENV_PREFIX + name.upper()
        values[name], origins[name] = _typed(name, env[variable]), variable
    return Settings(home=home, origins=origins, **values)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path}: {error}; correct or remove the file") from None


def _typed(name: str, value: Any) -> Any:
    if name in {"threads", "witness_quorum"}:
        if not str(value).isdecimal():
            raise Invalid(f"settings.{name}: got {value!r}, expected a whole number")
        return int(value)
    if name == "witnesses":
        return _witnesses(value)
    if name in _NAMES:
        return _texts(name, value, f"a list of names such as {_NAMES[name]!r}")
    return Path(str(value)).expanduser().absolute() if name == "kek_file" else str(value)


def _witnesses(value: Any) -> tuple[str, ...]:
    """Return one text a witness, ``URL VKEY``."""
    return _texts("witnesses", value, "a list of texts such as 'https://w.example VKEY'")


def _texts(name: str, value: Any, expected: str) -> tuple[str, ...]:
    """Return several texts: a list in the file, separated by commas in the variable."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise Invalid(f"settings.{name}: got {value!r}, expected {expected}")
    return tuple(item.strip() for item in items if item.strip())


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _mask(text: str) -> str:
    parts = urlsplit(text)
    if parts.password is None:
        return text
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")))
