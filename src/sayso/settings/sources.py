"""What the sources tell, checked: a type and a range for each setting, and what was expected where one is missed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from sayso.errors import Invalid
from sayso.settings.names import NAMES, PREFIX, check_keys, nearest, variable
from sayso.settings.settings import shown_value

Jurisdiction = Literal["eu", "us-ca", "us-tn", "china", "india", "plain"]
Chain = Literal["none", "mp3-64", "mp3-32", "aac-64", "opus-24", "opus-16", "mu-law-8k", "amr-nb-12.2", "amr-nb-7.4"]
WeakMarks = Literal["flag", "refuse"]
LineChecks = Literal["sampled", "all", "signal"]
Enrolment = Literal["required", "attested"]
GatePolicy = Literal["off", "required"]
PublicRoutes = Literal["resolver", "detector"]


def _split(value: object) -> object:
    """Return the list that a variable holds as text."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _file_or_stderr(target: str) -> str:
    return target if target == "-" else str(_absolute(Path(target)))


_Database = Annotated[str, Field(pattern=r"^(sqlite:///.|postgres(ql)?(\+psycopg)?://.)")]
_Blobs = Annotated[str, Field(pattern=r"^(file:///|memory:///|(s3|s3a|gs|az|azure|adl|abfs|abfss|http|https)://.)")]
_Witness = Annotated[str, Field(pattern=r"^https?://\S+ +[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$")]
_LogKey = Annotated[str, Field(pattern=r"^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$")]
_ARGUMENT: Final = "argument"
_List: Final = (NoDecode, BeforeValidator(_split))
_NUMBER: Final = "a whole number, 0 for any"
_DATABASE: Final = "an address such as sqlite:////srv/sayso.sqlite or postgresql://user@host/sayso"


class GivenSettings(BaseSettings):
    """The settings that may be told, each with what is expected of it; None where nothing is told."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid")

    database_url: _Database | None = Field(default=None, description=_DATABASE)
    keys_url: _Database | None = Field(default=None, description=_DATABASE)
    runs_url: _Database | None = Field(default=None, description=_DATABASE)
    blobs_url: _Blobs | None = Field(
        default=None, description="an address such as file:///srv/blobs or s3://bucket/blobs"
    )
    kek_file: Annotated[Path, AfterValidator(_absolute)] | None = Field(default=None, description="the path of a file")
    log_origin: str | None = Field(default=None, pattern=r"^[^\s+]+$", description="a name such as example.org/log")
    threads: int | None = Field(default=None, ge=1, le=256, description="a whole number from 1 to 256")
    engine: str | None = Field(default=None, description="the name of an engine, such as kokoro")
    witnesses: Annotated[tuple[_Witness, ...], *_List] | None = Field(
        default=None, description="a list of texts such as 'https://w.example VKEY'"
    )
    witness_quorum: int | None = Field(
        default=None, ge=0, description="a whole number, at most the number of witnesses"
    )
    provider: str | None = Field(default=None, description="a name")
    contact: str | None = Field(default=None, description="an address such as https://example.org/marks")
    jurisdictions: Annotated[tuple[Jurisdiction, ...], *_List] | None = Field(
        default=None, description="a list of codes"
    )
    mark_chains: Annotated[tuple[Chain, ...], *_List] | None = Field(default=None, description="a list of codecs")
    weak_marks: WeakMarks | None = Field(default=None, description="flag or refuse")
    production_workers: int | None = Field(default=None, ge=1, le=64, description="a whole number, 1 to 64")
    production_turns: int | None = Field(default=None, ge=0, le=10_000, description=_NUMBER)
    licensee_turns: int | None = Field(default=None, ge=0, le=10_000, description=_NUMBER)
    licensee_rate: int | None = Field(default=None, ge=0, le=10_000, description=_NUMBER)
    line_checks: LineChecks | None = Field(default=None, description="sampled, all or signal")
    gate: GatePolicy | None = Field(default=None, description="off or required")
    non_commercial_projects: Annotated[tuple[str, ...], *_List] | None = Field(
        default=None, description="a list of projects"
    )
    credential_file: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="the path of a file"
    )
    oidc_file: Annotated[Path, AfterValidator(_absolute)] | None = Field(default=None, description="the path of a file")
    high_water: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="the path of a folder outside the home"
    )
    journal: Annotated[str, AfterValidator(_file_or_stderr)] | None = Field(
        default=None, description="the path of a file, or - for standard error"
    )
    enrollment: Enrolment | None = Field(default=None, description="required or attested")
    reviewers: int | None = Field(default=None, ge=1, le=2, description="1 or 2")
    protected_false_alarms: float | None = Field(default=None, ge=1e-4, le=0.1, description="a share, 0.0001 to 0.1")
    verifier: Annotated[Path, AfterValidator(_absolute)] | None = Field(default=None, description="the path of a file")
    verifier_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="64 hexadecimal digits")
    verifier_pass: float | None = Field(default=None, ge=-1, le=1, description="a cosine, -1 to 1")
    verifier_review: float | None = Field(default=None, ge=-1, le=1, description="a cosine, -1 to 1")
    phrase_cache_mb: int | None = Field(default=None, ge=0, le=65_536, description="a whole number, 0 to 65536")
    public_routes: Annotated[tuple[PublicRoutes, ...], *_List] | None = Field(
        default=None, description="a list of resolver and detector"
    )
    witness_folder: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="the path of a folder"
    )
    witness_logs: Annotated[tuple[_LogKey, ...], *_List] | None = Field(
        default=None, description="a list of public keys (vkey) of logs"
    )


def told(file: Path, env: Mapping[str, str], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what ``file``, ``env`` and, strongest, ``given`` tell, and the origin of each; raise `Invalid`."""
    rows = _read(file)
    origins = dict.fromkeys(rows, file.name) | {name: variable(name) for name in NAMES if env.get(variable(name))}
    origins |= dict.fromkeys(given, _ARGUMENT)
    try:
        values = _sourced(file, env)(**given).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise Invalid(_explained(error, origins)) from None
    return values, origins


def _read(file: Path) -> dict[str, Any]:
    """Return the rows of the file, none where there is no file; their names exist."""
    if file.exists() and not file.is_file():
        raise Invalid(f"{file}: got a folder, a pipe or a device, expected a file; remove it")
    try:
        rows = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Invalid(f"{file}: {(error.strerror or 'cannot be read').lower()}; correct or remove the file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"{file}: {error}; correct or remove the file") from None
    check_keys(rows)
    return rows


def _sourced(file: Path, env: Mapping[str, str]) -> type[GivenSettings]:
    """Return the model with its arguments and these two sources, the stronger first."""

    class Sourced(GivenSettings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            *_: Any,
            **_others: Any,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            variables = EnvSettingsSource(settings_cls)
            variables.env_vars = {name.lower(): value for name, value in env.items() if value}
            return init_settings, variables, TomlConfigSettingsSource(settings_cls, file)

    return Sourced


def _explained(error: ValidationError, origins: Mapping[str, str]) -> str:
    """Return the first thing that is wrong: where it was told, what was got, what is expected."""
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    origin = origins.get(name, name)
    place = origin if origin == variable(name) else f"{origin}: {name}"
    got = repr(shown_value(first["input"])[:80])
    return f"{place}: got {got}, {_remedy(name, first['type'], first['input'])}"


def _remedy(name: str, problem: str, value: object) -> str:
    choices = {
        "jurisdictions": Jurisdiction,
        "mark_chains": Chain,
        "weak_marks": WeakMarks,
        "line_checks": LineChecks,
        "enrollment": Enrolment,
        "gate": GatePolicy,
        "public_routes": PublicRoutes,
    }
    if problem == "literal_error":
        return nearest(str(value), get_args(choices[name]))
    return f"expected {GivenSettings.model_fields[name].description}"
