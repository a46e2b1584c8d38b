"""What a key of the API carries besides its role: for whom and for what it asks, with which voices, and how often."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from sayso.accounts.errors import KeyScopeInvalid
from sayso.ids import PREFIXES, parse_id

MAX_RATE: Final = 100_000
"""Requests a minute that a key may be given at most."""

MAX_VOICES: Final = 100

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class KeyScope:
    """What a key is bound to.

    ``licensee`` is the only one that it names, ``purpose`` and ``project`` are what it asks for where a request names
    none. ``voices`` are the only ones that it may use, empty for all; ``aliases`` are names that it has for voices;
    ``rate`` is how many requests a minute it may make, 0 for no limit. ``purposes`` are the only ones that it may ask
    for, each with those below it; empty for all.
    """

    licensee: str
    purpose: str
    project: str | None = None
    voices: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    rate: int = 0
    purposes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise `KeyScopeInvalid` for a rate or a number of voices that no key has, or an alias that is no name."""
        if not 0 <= self.rate <= MAX_RATE:
            raise KeyScopeInvalid(f"rate: got {self.rate}, expected 0 to {MAX_RATE} requests a minute")
        if len(self.voices) > MAX_VOICES or len(self.aliases) > MAX_VOICES:
            raise KeyScopeInvalid(f"voices: got {len(self.voices)}, expected at most {MAX_VOICES}")
        for alias in self.aliases:
            if not _NAME.fullmatch(alias) or alias.startswith(f"{PREFIXES['voice']}_"):
                raise KeyScopeInvalid(f"voice: got the alias {alias[:40]!r}, expected a name such as alloy")

    @classmethod
    def of(cls, licensee: str, purpose: str, voices: Sequence[str], **more: Any) -> Self:
        """Return the scope of a key whose ``voices`` are ids, each behind ``ALIAS=`` where it has one.

        Raise `KeyScopeInvalid`, or `IdInvalid` for what is no voice's id.
        """
        pairs = [voice.rpartition("=")[::2] for voice in voices]
        known = tuple(dict.fromkeys(parse_id("voice", voice) for _, voice in pairs))
        return cls(licensee, purpose, voices=known, aliases={alias: voice for alias, voice in pairs if alias}, **more)

    def allows(self, voice: str) -> bool:
        """Return whether the key may use the voice of this id."""
        return not self.voices or voice in self.voices

    def covers(self, purpose: str) -> bool:
        """Return whether the key may ask for the purpose."""
        return not self.purposes or any(purpose == one or purpose.startswith(f"{one}/") for one in self.purposes)

    def encode(self) -> str:
        """Return the one form in which it is kept and signed: JSON, sorted. Only a token's scope has purposes."""
        return json.dumps(
            {
                "licensee": self.licensee,
                "purpose": self.purpose,
                "project": self.project,
                "voices": list(self.voices),
                "aliases": dict(self.aliases),
                "rate": self.rate,
            },
            sort_keys=True,
            ensure_ascii=False,
        )

    @classmethod
    def decode(cls, text: str) -> Self:
        """Return what `encode` wrote; raise `KeyScopeInvalid` for anything else."""
        try:
            told = json.loads(text)
            return cls(**{**told, "voices": tuple(told["voices"])})
        except (ValueError, TypeError, KeyError):
            raise KeyScopeInvalid("scope: got one that cannot be read, expected one as it was issued") from None
