"""The whole permission of a production, before its first sound: each voice, the use, the language, the minutes.

Nothing is decided, reserved or logged here: a run asks again for each line, and is told the same unless consent has
changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sayso.accounts.rights import Right
from sayso.clock import now
from sayso.consent import Action, Purpose, Request, minutes, signed
from sayso.consent.act import Disclosure
from sayso.consent.decision import why
from sayso.consent.minutes import GrantUsage
from sayso.consent.signed import SpeakerStanding
from sayso.database import Connection
from sayso.engines.pronounced import words_of
from sayso.synthesis import store as clips
from sayso.voices.store import VoiceRow
from sayso.workflows.consent.commitments import text_commitment
from sayso.workflows.consent.refusing import why_shown
from sayso.workflows.installation.session import Session
from sayso.workflows.productions.plans import PlannedLine, Production
from sayso.workflows.voices.voicebook import row_of

_WHO: Final = re.compile(r"\((?:the )?([\w ,]+?) can change this\)")
_REAL_SHARE: Final = 0.55  # of the bounds of all lines, which leaves a tenth over what is measured; see `estimate_ms`


@dataclass(frozen=True, slots=True)
class MissingPermission:
    """What one voice may not do in a production, every reason, and who could grant it."""

    voice: str
    characters: tuple[str, ...]
    action: str
    reasons: tuple[str, ...]
    lines: tuple[str, ...] = ()

    @property
    def grantable_by(self) -> tuple[str, ...]:
        """Return who can change it: speaker, licensee or operator."""
        return tuple(dict.fromkeys(name for reason in self.reasons for name in _WHO.findall(reason)))


def missing(session: Session, production: Production) -> tuple[MissingPermission, ...]:
    """Return everything that stands in the way of the production now, voice by voice."""
    session.require_licensee(production.licensee, Right.SPEECH)
    with session.vault.holding():
        return tuple(found for voice in production.plan.voices for found in _of_voice(session, production, voice))


def disclosure_of(production: Production) -> Disclosure:
    """Return how the files of a production say that the voice is synthetic."""
    told = Disclosure.of(spoken=production.plan.announced, metadata=True)
    return told or Disclosure.METADATA


def publication(production: Production, row: VoiceRow, *, ceiling_ms: int, commitment: str) -> Request:
    """Return what is asked before clips of a voice are released; ``ceiling_ms`` is the length of the longest.

    Releasing makes no sound, and the rule on minutes asks for what comes on top of all that was made.
    """
    return _request(production, row, Action.PUBLISH, ceiling_ms=ceiling_ms, commitment=commitment)


@dataclass(frozen=True, slots=True)
class _Voice:
    """One voice of a production, and what its speaker allows at this moment."""

    session: Session
    tx: Connection
    production: Production
    row: VoiceRow
    standing: SpeakerStanding
    used: GrantUsage

    def reasons(self, request: Request) -> tuple[str, ...]:
        """Return why the request would be refused now; nothing where it would be permitted."""
        answer = why(
            request,
            grants=self.standing.policy,
            epoch=self.standing.epoch,
            now=now(),
            used_ms=self.used.ms,
            used_takes=self.used.takes,
            deceased=self.standing.deceased,
            explained=False,
        )
        return why_shown(self.session, self.tx, self.row.speaker_id, answer).reasons

    def to_make(self, lines: list[PlannedLine]) -> list[PlannedLine]:
        """Return the lines that have no finished clip."""
        found = clips.clips_of_voices(self.tx, [self.row.voice_id])
        made = {clip.clip_id for clip in found if clip.result_ticket is not None}
        return [line for line in lines if self.production.clip(line) not in made]

    def speech(self, lines: list[PlannedLine]) -> MissingPermission | None:
        """Return what stands in the way of making the lines: together, or one by one where texts must be approved."""
        by_line = any(grant.approved_texts is not None for grant in self.standing.policy.grants)
        groups = [[line] for line in lines] if by_line else [lines]
        refused = [(group, found) for group in groups if (found := self.reasons(_speech(self, group)))]
        if not refused:
            return None
        reasons = tuple(dict.fromkeys(reason for _, found in refused for reason in found))
        labels = [line.line.label for group, _ in refused for line in group if self._is_refused(group, line)]
        return MissingPermission(self.row.voice_id, (), str(Action.SYNTHESIZE), reasons, tuple(labels))

    def _is_refused(self, group: list[PlannedLine], line: PlannedLine) -> bool:
        return len(group) == 1 or bool(self.reasons(_speech(self, [line])))


def _of_voice(session: Session, production: Production, voice: str) -> Iterator[MissingPermission]:
    row = row_of(session, voice)
    lines = [line for line in production.plan.lines() if line.voice == voice]
    who = tuple(dict.fromkeys(line.line.who for line in lines))
    with session.read() as tx:
        standing = signed.standing(tx, row.speaker_id, session.policies)
        one = _Voice(session, tx, production, row, standing, minutes.usage(tx, row.speaker_id))
        left = one.to_make(lines)
        if left and (found := one.speech(left)):
            yield replace(found, characters=who)
        longest = max(line.bound_ms for line in lines)
        if reasons := one.reasons(publication(production, row, ceiling_ms=longest, commitment="")):
            yield MissingPermission(voice, who, str(Action.PUBLISH), reasons)


def _speech(one: _Voice, lines: list[PlannedLine]) -> Request:
    needed = round(_REAL_SHARE * sum(line.bound_ms for line in lines))
    longest = max(line.bound_ms for line in lines)
    return _request(
        one.production,
        one.row,
        Action.SYNTHESIZE,
        ceiling_ms=needed + longest,  # a clip is asked for as long as its bound, and released under its own length
        commitment=text_commitment(one.session, one.row.speaker_id, lines[0].text),
        text="\n".join(f"{line.line.text}\n{words_of(line.text)}" for line in lines),
        takes=len(lines),
    )


def _request(
    production: Production,
    row: VoiceRow,
    action: Action,
    *,
    ceiling_ms: int,
    commitment: str,
    text: str | None = None,
    takes: int = 0,
) -> Request:
    plan = production.plan
    return Request(
        speaker=row.speaker_id,
        voice=row.voice_id,
        action=action,
        licensee=production.licensee,
        purpose=Purpose(production.purpose),
        project=production.project,
        language=plan.language,
        text_commitment=commitment,
        engine_digest=row.engine_digest if action is Action.SYNTHESIZE else "",
        voice_digest=row.voice_digest if action is Action.SYNTHESIZE else "",
        ceiling_ms=ceiling_ms,
        territory=plan.territory,
        channel=plan.channel,
        takes=takes,
        text=text,
        disclosure=disclosure_of(production),
    )
