"""A request: who wants to do what with whose voice, and what for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

from sayso.consent import fields
from sayso.consent.act import Action, Disclosure, Purpose
from sayso.consent.errors import RequestInvalid
from sayso.consent.fields import territory
from sayso.consent.grant import Grant
from sayso.errors import Invalid
from sayso.ids import SpeakerId

_SPEAKING: Final = frozenset({Action.SYNTHESIZE, Action.STREAM, Action.CONVERT})
_LIVE: Final = frozenset({Action.STREAM, Action.CONVERT})
_MAX_TOPICS: Final = 64


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Request:
    """What `decide` is asked. Every value is one thing: ``*`` is no answer here. Raise `RequestInvalid` otherwise.

    ``ceiling_ms`` is the most sound that will be made, ``takes`` how many pieces; the permit and the reservation are
    for so much. ``text`` is what will be said (None: not known), ``topics`` what the licensee declares it to be about,
    ``live`` whether it was not written before (None: as the action says), ``disclosure`` how listeners will learn that
    the voice is synthetic, ``sublicensee`` who acts in place of the licensee.
    """

    speaker: SpeakerId
    voice: str
    action: Action
    licensee: str
    purpose: Purpose
    project: str | None = None
    language: str | None = None
    text_commitment: str = ""
    engine_digest: str = ""
    voice_digest: str = ""
    ceiling_ms: int = 0
    territory: str | None = None
    channel: str | None = None
    takes: int = 0
    text: str | None = None
    topics: tuple[Purpose, ...] | None = None
    live: bool | None = None
    disclosure: Disclosure | None = None
    sublicensee: str | None = None

    def __post_init__(self) -> None:
        """Check every field and bring it to its one form."""
        try:
            forms = {
                "action": Action(self.action),
                "licensee": fields.name("licensee", self.licensee),
                "purpose": Purpose(self.purpose),
                "project": None if self.project is None else fields.name("project", self.project),
                "language": None if self.language is None else fields.language("language", self.language),
                "territory": None if self.territory is None else territory("territory", self.territory),
                "channel": None if self.channel is None else fields.channel("channel", self.channel),
                "ceiling_ms": fields.amount("ceiling_ms", self.ceiling_ms, least=0),
                "takes": fields.amount("takes", self.takes, least=0),
                "topics": _topics(self.topics),
                "disclosure": fields.choice("disclosure", self.disclosure, Disclosure),
                "sublicensee": None if self.sublicensee is None else fields.name("sublicensee", self.sublicensee),
            }
        except Invalid as error:
            raise RequestInvalid(error.message) from None
        except ValueError:
            raise RequestInvalid(
                f"action: got {str(self.action)[:40]!r}, expected one of {', '.join(Action)}"
            ) from None
        for field in ("licensee", "sublicensee", "purpose"):
            if forms[field] == fields.ANY:
                raise RequestInvalid(f"{field}: got *, expected one {field}: a request says what it is for")
        for field, value in forms.items():
            object.__setattr__(self, field, value)

    @property
    def speaks(self) -> bool:
        """Return whether the act makes speech."""
        return self.action in _SPEAKING

    @property
    def is_heard(self) -> bool:
        """Return whether somebody will hear what comes of the act: it makes speech, or releases it."""
        return self.speaks or self.action is Action.PUBLISH

    @property
    def is_live(self) -> bool:
        """Return whether what is said was not written before it is said."""
        return self.action in _LIVE if self.live is None else self.live

    @classmethod
    def under(cls, grant: Grant, *, action: Action, voice: str, language: str | None = None) -> Self:
        """Return a request for an act that the grant itself describes, such as cloning.

        Licensee, project, and the first purpose, language, territory and channel are the grant's; ``*`` in a house
        grant becomes the word ``anybody``. Whether it is permitted is still for `decide` to say.
        """
        licensee, purpose = (
            "anybody" if value == fields.ANY else value for value in (grant.licensee, grant.purposes[0])
        )
        spoken = language if language or fields.ANY in grant.languages else grant.languages[0]
        place, way = (None if fields.ANY in listed else listed[0] for listed in (grant.territories, grant.channels))
        what = Purpose(purpose)
        return cls(grant.speaker, voice, action, licensee, what, grant.project, spoken, territory=place, channel=way)


def _topics(values: Any) -> tuple[Purpose, ...] | None:
    if values is None or values == ():
        return None if values is None else ()
    topics = tuple(sorted({Purpose(value) for value in fields.several("topics", values, most=_MAX_TOPICS)}))
    if fields.ANY in topics:
        raise RequestInvalid("topics: got *, expected paths such as politics/elections, or none")
    return topics
