"""Planning: a manuscript and a cast become a plan, and the whole of it is held against consent before any sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sayso.accounts.rights import Right
from sayso.disk import write_document
from sayso.engines.checks import check_pronounced
from sayso.errors import Invalid, SaysoError
from sayso.ids import parse_id
from sayso.labels import Layer, asked_by, words_for
from sayso.productions import CastList, Line, Script, lines_of, read_manuscript
from sayso.productions.cast import CastPart
from sayso.productions.cast_file import read_cast, written
from sayso.productions.errors import CastInvalid, ManuscriptEmpty
from sayso.productions.script import NARRATOR
from sayso.synthesis import Lexicon, Phrase, read, read_lexicon
from sayso.synthesis.errors import NothingToSay, UnsupportedScript
from sayso.synthesis.lexicon import merged
from sayso.voices.store import VoiceRow
from sayso.workflows.fairness.policy import check_gate
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import permitting, plans
from sayso.workflows.productions.alone import alone
from sayso.workflows.productions.permitting import MissingPermission
from sayso.workflows.productions.plans import PlannedChapter, Production, ProductionPlan
from sayso.workflows.voices.voicebook import check_language, engine_of, row_of

_REAL_SHARE = 0.5  # of the bound that `estimate_ms` gives, see there


@dataclass(frozen=True, slots=True)
class Brief:
    """What somebody wants produced. ``voice`` is the narrator's where the file ``cast`` names none."""

    book: Path
    licensee: str
    purpose: str
    voice: str | None = None
    project: str | None = None
    cast: Path | None = None
    lexicons: tuple[Path, ...] = ()
    language: str | None = None
    territory: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A production that was planned, and what it may not do yet."""

    production: Production
    missing: tuple[MissingPermission, ...]

    @property
    def lines(self) -> int:
        """Return the number of lines."""
        return sum(1 for _ in self.production.plan.lines())

    @property
    def minutes(self) -> float:
        """Return about how many minutes will be heard, pauses between lines included."""
        lines = list(self.production.plan.lines())
        spoken = _REAL_SHARE * sum(line.bound_ms for line in lines)
        return (spoken + sum(line.line.pause_ms for line in lines)) / 60_000


def plan(session: Session, brief: Brief, *, revises: str | None = None, cast_out: Path | None = None) -> Planned:
    """Return the production of a brief, kept, with what is missing; nothing is spoken, charged or decided for good.

    With ``revises`` the plan takes the place of that production's: lines that stay the same are not made again.
    ``cast_out`` is where the cast is written, with a row for each line.

    Raises
    ------
    ManuscriptInvalid, CastInvalid, LexiconInvalid : what is wrong with a file, nothing kept
    VoiceUnknown, EngineChanged, LanguageUnspoken, LanguageUnread : a voice that cannot read this
    ProductionUnknown, ProductionBusy : what is revised is not there, or is worked on meanwhile
    """
    session.require(Right.SPEECH)
    session.require_licensee(brief.licensee, Right.SPEECH)
    if revises is None:
        return _plan(session, brief, None, cast_out)
    with alone(session, parse_id("production", revises)):
        return _plan(session, brief, revises, cast_out)


def _plan(session: Session, brief: Brief, revises: str | None, cast_out: Path | None) -> Planned:
    manuscript = read_manuscript(brief.book)
    if brief.language is not None:
        manuscript = replace(manuscript, language=brief.language)
    cast = _cast(brief)
    script = lines_of(manuscript, cast)
    made = replace(_planned(session, brief, script, cast), cover=manuscript.cover)
    if revises is None:
        production = plans.new_production(brief.licensee, brief.purpose, brief.project, made)
    else:
        before = plans.opened(session, revises)
        _check_same(before, brief)
        production = replace(before, plan=replace(made, takes=before.plan.takes))
    missing = permitting.missing(session, production)
    plans.kept(session, production, is_new=revises is None)
    if cast_out is not None:
        write_document(cast_out, written(script, cast), mode=0o644)
    return Planned(production, missing)


def checked(session: Session, production_id: str) -> Planned:
    """Return a production as it was planned, held against consent as it is now."""
    session.require(Right.SPEECH)
    production = plans.opened(session, production_id)
    return Planned(production, permitting.missing(session, production))


def _check_same(before: Production, brief: Brief) -> None:
    for name in ("licensee", "purpose", "project"):
        got, expected = getattr(brief, name), getattr(before, name)
        if got != expected:
            raise Invalid(f"{name}: got {got}, expected {expected} as before; plan another production for another use")


def _cast(brief: Brief) -> CastList:
    if brief.cast is not None:
        cast = read_cast(brief.cast, narrator=brief.voice)
    elif brief.voice is not None:
        cast = CastList.single(brief.voice)
    else:
        raise CastInvalid("voice: got none, expected the narrator's voice or a cast file that names it")
    return replace(cast, lexicons=(*cast.lexicons, *map(str, brief.lexicons)))


def _planned(session: Session, brief: Brief, script: Script, cast: CastList) -> ProductionPlan:
    rows = {part.voice: row_of(session, part.voice) for part in _parts(script, cast)}
    for row in rows.values():
        session.require_voice(row.voice_id, Right.SPEECH)
        check_language(row, script.language)
        check_gate(session, engine_of(session, row))
    lexicon = merged([read_lexicon(Path(file)) for file in cast.lexicons])
    dropped: list[str] = []
    said = list(_phrased(session, script, _Spoken(cast, rows, lexicon), dropped))
    if not said:
        raise ManuscriptEmpty
    by_label = {line.line.label: line for line in plans.keyed(said)}
    chapters = (
        PlannedChapter(
            chapter.number,
            chapter.title,
            tuple(by_label[line.label] for line in chapter.lines if line.label in by_label),
        )
        for chapter in script.chapters
    )
    return ProductionPlan(
        title=script.title,
        author=script.author,
        language=script.language,
        chapters=tuple(chapter for chapter in chapters if chapter.lines),
        dropped=(*script.dropped, *dropped),
        announced=_is_announced(session, brief, script),
        territory=brief.territory,
        channel=brief.channel,
    )


def _parts(script: Script, cast: CastList) -> Iterator[CastPart]:
    yield cast.parts[NARRATOR]
    yield from (cast.part(who) for who in script.characters)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Who speaks how: the cast, its voices, and how words are said."""

    cast: CastList
    rows: dict[str, VoiceRow]
    lexicon: Lexicon

    def voice(self, who: str) -> VoiceRow:
        return self.rows[self.cast.part(who).voice]


def _phrased(
    session: Session, script: Script, spoken: _Spoken, dropped: list[str]
) -> Iterator[tuple[Line, str, str, tuple[Phrase, ...]]]:
    """Yield each line with its voice and phrases; what has nothing to be said is told in ``dropped``."""
    for line in script.lines():
        row = spoken.voice(line.who)
        try:
            phrases = read(line.text, language=script.language, lexicon=spoken.lexicon)
            check_pronounced((phrase.text for phrase in phrases), engine_of(session, row))
        except (NothingToSay, UnsupportedScript) as error:
            dropped.append(f"line {line.label}: {error.message}")
            continue
        except SaysoError as error:
            error.message = f"line {line.label}: {error.message}"
            error.args = (error.message,)
            raise
        yield line, row.voice_id, row.voice_digest, phrases


def _is_announced(session: Session, brief: Brief, script: Script) -> bool:
    """Return whether each chapter says aloud that the voice is synthetic: where a law of the settings asks for that."""
    asked = asked_by(session.settings.jurisdictions)
    if Layer.SPOKEN not in asked.layers:
        return False
    words_for(script.language, brief.purpose)  # raises here rather than in the middle of the book
    return True
