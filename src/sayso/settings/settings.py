"""The settings as a value: where things are and how much of the machine to use, each with its origin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

from sayso.errors import Invalid

_PASSWORD: Final = re.compile(r"(://[^:/?#@\s]*):\S*@")
_TOKEN: Final = re.compile(r"(https?://)[^:/?#@\s]+@")
_VALUE: Final = re.compile(r"([?&;#][^=&;#\s]+)=[^&;#\s]*")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation is told. An empty address means: a file in the home.

    ``threads``: how many threads one render of an engine, or writing one chapter, takes; ``mark_chains``: the codecs
    that the mark of a new clip must survive, by default the telephone, which takes more of it than MP3 at 64 kbit/s and
    costs a quarter;
    ``weak_marks``: one that does not is told (flag) or not let out (refuse); ``line_checks``: whether some, all or
    none of a production's lines (sampled, all, signal) are heard by models too; ``production_workers``: how many
    processes make the lines of one; ``production_turns``: how many lines and chapters this machine works on at once
    over all productions, ``licensee_turns``: how many of one licensee, ``licensee_rate``: how many lines of one it
    begins a minute (0: any number); ``non_commercial_projects``: those for which an engine may speak whose weights
    allow no commercial use; ``credential_file``: the credential of who uses the command line, where it is not the
    local operator; ``oidc_file``: the issuer whose tokens the server takes (see
    docs/server.md); ``high_water``: a folder outside the home, never restored with it, in which is remembered how far
    the log has come; ``journal``: the file for what the program does, ``-`` for standard error (see `sayso.journal`);
    ``enrollment``: whether a voice may be cloned only from recordings that its speaker enrolled or that are free
    (required), or on the operator's word too (attested); ``reviewers``: how many people must accept an enrolment that
    the checks leave to people; ``protected_false_alarms``: of how many enrolments of people who are on no list of
    protected voices one at most may go to a person for it (as a share); ``verifier``: an ONNX file that tells speakers
    apart, heard beside the verifiers of Sayso, with its SHA-256 and the cosines from which it passes an enrolment, and
    from which it leaves one to a person. Until those are told, everybody goes to a person.
    ``phrase_cache_mb``: how much unmarked sound, sealed, a server keeps of phrases that it may say again (0: none).
    ``public_routes``: what a server answers without a key (resolver, detector; see docs/server.md); ``witness_folder``:
    the folder of a witness that a server is too, of the logs that sign with ``witness_logs``.
    ``gate``: whether engines must have passed the gate (required) or not (off).
    """

    home: Path
    database_url: str = ""
    keys_url: str = ""
    runs_url: str = ""
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
    line_checks: str = "sampled"
    production_workers: int = 1
    production_turns: int = 0
    licensee_turns: int = 0
    licensee_rate: int = 0
    gate: str = "off"
    non_commercial_projects: tuple[str, ...] = ()
    credential_file: Path | None = None
    high_water: Path | None = None
    oidc_file: Path | None = None
    journal: str = ""
    enrollment: str = "required"
    reviewers: int = 1
    protected_false_alarms: float = 0.01
    verifier: Path | None = None
    verifier_sha256: str = ""
    verifier_pass: float = 1.0
    verifier_review: float = -1.0
    phrase_cache_mb: int = 0
    public_routes: tuple[str, ...] = ("resolver",)
    witness_folder: Path | None = None
    witness_logs: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Fill in the addresses that lie in the home; raise `Invalid` where two settings contradict each other."""
        defaults = {
            "database_url": f"sqlite:///{self.home / 'sayso.sqlite'}",
            "keys_url": f"sqlite:///{self.home / 'keys' / 'keys.sqlite'}",
            "blobs_url": (self.home / "blobs").as_uri() if self.home.is_absolute() else "",
            "kek_file": self.home / "keys" / "kek",
        }
        # Beside the state on its server; a file of its own, since SQLite has one writer at a time.
        state = str(self.database_url)
        defaults["runs_url"] = state if state and "sqlite" not in state else f"sqlite:///{self.home / 'runs.sqlite'}"
        for name, value in defaults.items():
            if not getattr(self, name):
                object.__setattr__(self, name, value)
        if self.keys_url == self.database_url:
            raise Invalid("settings.keys_url: got the database of the state, expected one of its own (decisions/0003)")
        if self.high_water is not None and self.high_water.is_relative_to(self.home):
            raise Invalid(f"settings.high_water: got {self.high_water}, expected a folder outside the home")
        if self.verifier is not None and not self.verifier_sha256:
            raise Invalid("settings.verifier_sha256: got none, expected the SHA-256 of the verifier's file")
        if self.verifier_review > self.verifier_pass:
            raise Invalid(
                f"settings.verifier_review: got {self.verifier_review}, expected at most {self.verifier_pass}, from"
                " which it passes"
            )
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
            f.name: {"value": shown_value(getattr(self, f.name)), "origin": self.origins.get(f.name, "default")}
            for f in fields(self)
            if f.name != "origins"
        }


def shown_value(value: object) -> str:
    """Return ``value`` as text, without the secrets that an address may hold: its password and its query."""
    return ", ".join(map(_masked, value)) if isinstance(value, list | tuple) else _masked(value)


def _masked(value: object) -> str:
    text = str(value)
    if "://" not in text:
        return text
    # A password may hold the signs that end a host: all up to the last @ is one.
    text = _PASSWORD.sub(r"\1:***@", text)
    return _VALUE.sub(r"\1=***", _TOKEN.sub(r"\1***@", text))
