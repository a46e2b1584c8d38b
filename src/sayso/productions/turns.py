"""Turns: who may work next, where more productions ask than the machine is to work on at once.

Between licensees turns go round: next is the one of whom least was taken up so far, counted in milliseconds of sound.
Within a licensee the higher priority goes first, and then the production of which least was taken up. So no licensee
can hold another one up, whatever its priorities and however many productions it has; and who has waited for
`LONGEST_WAIT_S` goes before all others. Nothing here reads a clock or a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

LEAST_PRIORITY, PRIORITY, MOST_PRIORITY = 1, 5, 9
"""The priorities of a run: the least, that of who asks for none, and the most, which goes first."""

RATE_S: Final = 60.0
"""The rate of a licensee is in lines begun in so many seconds."""

LONGEST_WAIT_S: Final = 600.0
_ABSENT_S: Final = 60.0
"""Who asked for nothing so long comes back as new: what it did not use then is no claim on what comes."""


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """How many turns are held at once, in all and by one licensee, and lines begun by one a minute; 0: any number."""

    turns: int = 0
    licensee_turns: int = 0
    licensee_rate: int = 0


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a turn: ``cost_ms`` of sound is taken up by it; ``is_line`` counts for the rate of its licensee."""

    production: str
    licensee: str
    priority: int
    cost_ms: int
    is_line: bool
    since: float


@dataclass(slots=True)
class Turns:
    """Who waits and who holds a turn, by a name of each asker, and what licensees and productions had so far.

    ``gone`` are those that left within the last minute, by production: a book asks anew for each of its lines.
    """

    waiting: dict[str, Asker] = field(default_factory=dict)
    held: dict[str, Asker] = field(default_factory=dict)
    gone: dict[str, Asker] = field(default_factory=dict)
    had_ms: dict[str, float] = field(default_factory=dict)
    begun: dict[str, list[float]] = field(default_factory=dict)

    def ask(self, name: str, asker: Asker) -> None:
        """Enter one that waits from now on, `Asker.since`."""
        self._forget(asker.since)
        present = self._present()
        self._welcome(asker.licensee, {one.licensee for one in present})
        self._welcome(asker.production, {one.production for one in present if one.licensee == asker.licensee})
        self.waiting[name] = asker

    def leave(self, name: str, now: float) -> None:
        """Take one out, whether it waits or holds a turn."""
        left = self.held.pop(name, None) or self.waiting.pop(name, None)
        if left is not None:
            self.gone[left.production] = replace(left, since=now)

    def grant(self, limits: TurnLimits, now: float) -> None:
        """Give turns to whose it is, as many as the limits allow."""
        self._forget(now)
        while (name := self._next(limits, now)) is not None:
            one = self.held[name] = self.waiting.pop(name)
            for each in (one.licensee, one.production):
                self.had_ms[each] = self.had_ms.get(each, 0.0) + one.cost_ms
            if one.is_line:
                self.begun.setdefault(one.licensee, []).append(now)

    def obstacle(self, name: str, limits: TurnLimits, now: float) -> str:
        """Return what one waits for: a turn, its licensee's other lines, or its rate; "" for one that does not wait."""
        if name not in self.waiting:
            return ""
        return self._obstacle(self.waiting[name], limits, now) or "turn"

    def _next(self, limits: TurnLimits, now: float) -> str | None:
        if limits.turns and len(self.held) >= limits.turns:
            return None
        able = [name for name, one in self.waiting.items() if not self._obstacle(one, limits, now)]
        return min(able, key=lambda name: self._order(self.waiting[name], now), default=None)

    def _order(self, one: Asker, now: float) -> tuple[float, ...]:
        waits_too_long = now - one.since >= LONGEST_WAIT_S
        had = self.had_ms.get(one.licensee, 0.0), -one.priority, self.had_ms.get(one.production, 0.0)
        return (0.0 if waits_too_long else 1.0, *(() if waits_too_long else had), one.since)

    def _obstacle(self, one: Asker, limits: TurnLimits, now: float) -> str:
        holds = sum(other.licensee == one.licensee for other in self.held.values())
        if limits.licensee_turns and holds >= limits.licensee_turns:
            return "licensee"
        lately = sum(now - RATE_S < moment <= now for moment in self.begun.get(one.licensee, ()))
        return "rate" if limits.licensee_rate and one.is_line and lately >= limits.licensee_rate else ""

    def _present(self) -> tuple[Asker, ...]:
        return (*self.waiting.values(), *self.held.values(), *self.gone.values())

    def _welcome(self, name: str, present: AbstractSet[str]) -> None:
        """Let one that is new, or was away, begin where the least of those is that are there."""
        if name not in present:
            self.had_ms[name] = min((self.had_ms.get(other, 0.0) for other in present), default=0.0)

    def _forget(self, now: float) -> None:
        """Drop what is past its minute, or, where the machine was started anew, not yet."""
        kept = {name: [each for each in moments if now - RATE_S < each <= now] for name, moments in self.begun.items()}
        self.begun = {name: moments for name, moments in kept.items() if moments}
        self.gone = {name: one for name, one in self.gone.items() if 0 <= now - one.since < _ABSENT_S}
        present = {each for one in self._present() for each in (one.licensee, one.production)}
        self.had_ms = {name: had for name, had in self.had_ms.items() if name in present}

    def told(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Turns:
        """Return what `told` told."""
        waiting, held, gone = (
            {name: Asker(**one) for name, one in told[part].items()} for part in ("waiting", "held", "gone")
        )
        return cls(waiting, held, gone, told["had_ms"], told["begun"])
