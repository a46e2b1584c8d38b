"""Whose turn it is: simulated without a clock, every production asks again as soon as its line is made."""

from __future__ import annotations

import heapq
import json
import random

import pytest

from sayso.productions.turns import LONGEST_WAIT_S, RATE_S, Asker, TurnLimits, Turns


class Simulation:
    """Productions of so many lines each, whose lines take as long as they cost; time is counted, not spent."""

    def __init__(self, limits: TurnLimits) -> None:
        self.limits, self.turns, self.now = limits, Turns(), 0.0
        self.left: dict[str, list[int]] = {}
        self.who: dict[str, tuple[str, int]] = {}
        self.ended: dict[str, float] = {}
        self.most: dict[str, int] = {}
        self._busy: list[tuple[float, str]] = []

    def begin(self, name: str, costs: list[int], *, licensee: str = "one", priority: int = 5) -> None:
        self.left[name], self.who[name] = list(costs), (licensee, priority)
        self._ask(name)

    def run(self, until: float = float("inf")) -> None:
        while True:
            self._grant()
            if not self._busy:
                if not self.turns.waiting:
                    return
                self.now += 1.0  # a rate holds them up
            else:
                self.now, name = heapq.heappop(self._busy)
                self.turns.leave(name, self.now)
                self.left[name].pop(0)
                if self.left[name]:
                    self._ask(name)
                else:
                    self.ended[name] = self.now
            if self.now >= until:
                return

    def _ask(self, name: str) -> None:
        licensee, priority = self.who[name]
        self.turns.ask(name, Asker(name, licensee, priority, self.left[name][0], True, self.now))

    def _grant(self) -> None:
        before = set(self.turns.held)
        self.turns = Turns.of(json.loads(json.dumps(self.turns.told())))
        self.turns.grant(self.limits, self.now)
        for name in set(self.turns.held) - before:
            heapq.heappush(self._busy, (self.now + self.turns.held[name].cost_ms / 1000, name))
        for licensee in {one.licensee for one in self.turns.held.values()}:
            held = sum(one.licensee == licensee for one in self.turns.held.values())
            self.most[licensee] = max(held, self.most.get(licensee, 0))


def costs(seed: int, total_ms: int = 120_000) -> list[int]:
    """Return lines of 1 to 12 s that come to the total."""
    chance, found = random.Random(seed), []
    while sum(found) < total_ms:
        found.append(min(chance.randint(1_000, 12_000), total_ms - sum(found)))
    return found


@pytest.mark.parametrize("licensees", [1, 2, 8])
def test_eight_productions_of_one_length_end_together_however_their_lines_are_cut(licensees):
    simulation = Simulation(TurnLimits(turns=2))
    for number in range(8):
        simulation.begin(f"prd{number}", costs(number), licensee=f"licensee{number % licensees}")
    simulation.run()
    first, last = min(simulation.ended.values()), max(simulation.ended.values())
    assert last <= 1.2 * first
    assert last == pytest.approx(8 * 120 / 2, rel=0.03)  # no turn was idle


def test_a_licensee_with_seven_books_holds_up_nobody():
    simulation = Simulation(TurnLimits(turns=2))
    for number in range(7):
        simulation.begin(f"many{number}", costs(number), licensee="many", priority=9)
    simulation.begin("single", costs(7), licensee="single", priority=1)
    simulation.run()
    assert simulation.ended["single"] <= 2 * 120 * 1.1  # half of the machine, which is all that one book can use


def test_the_higher_priority_of_a_licensee_goes_first_and_the_others_after_it():
    simulation = Simulation(TurnLimits(turns=1))
    for name, priority in (("late", 1), ("usual", 5), ("soon", 9)):
        simulation.begin(name, costs(3), priority=priority)
    simulation.run()
    assert simulation.ended["soon"] < simulation.ended["usual"] < simulation.ended["late"]
    assert simulation.ended["soon"] == pytest.approx(120, abs=13)


def test_nobody_waits_for_ever_behind_higher_priorities():
    simulation = Simulation(TurnLimits(turns=1))
    simulation.begin("late", [1000], priority=1)
    simulation.begin("soon", [5_000] * 1000, priority=9)
    simulation.begin("sooner", [5_000] * 1000, priority=9)
    simulation.run(until=LONGEST_WAIT_S + 20)
    assert simulation.ended["late"] <= LONGEST_WAIT_S + 10


def test_a_book_that_comes_later_gets_its_share_and_not_what_it_missed():
    simulation = Simulation(TurnLimits(turns=1))
    simulation.begin("early", costs(1))
    simulation.run(until=60)
    simulation.begin("later", costs(2, 60_000))
    simulation.run()
    assert abs(simulation.ended["early"] - simulation.ended["later"]) <= 13


def test_a_licensee_has_so_many_turns_at_once_and_the_others_go_on():
    simulation = Simulation(TurnLimits(turns=4, licensee_turns=2))
    for number in range(4):
        simulation.begin(f"many{number}", costs(number), licensee="many")
    simulation.begin("single", costs(9), licensee="single")
    simulation.run()
    assert simulation.most == {"many": 2, "single": 1}
    assert simulation.ended["single"] == pytest.approx(120)


def test_a_licensee_begins_so_many_lines_a_minute_and_one_at_its_rate_holds_up_nobody():
    simulation = Simulation(TurnLimits(turns=1, licensee_rate=6))
    simulation.begin("fast", [100] * 30, licensee="fast")
    simulation.begin("other", [9_000] * 6, licensee="other")
    simulation.run()
    assert 4 * RATE_S <= simulation.ended["fast"] <= 4 * RATE_S + 30
    assert simulation.ended["other"] <= 70


def test_what_one_waits_for_is_told():
    limits, turns = TurnLimits(turns=3, licensee_turns=1, licensee_rate=2), Turns()
    for name in ("a", "b"):
        turns.ask(name, Asker(name, "one", 5, 1000, True, 0.0))
    turns.grant(limits, 0.0)
    assert (turns.obstacle("a", limits, 0.0), turns.obstacle("b", limits, 0.0)) == ("", "licensee")
    turns.leave("a", 1.0)
    turns.grant(limits, 1.0)
    turns.leave("b", 2.0)
    turns.ask("c", Asker("c", "one", 5, 1000, True, 2.0))
    turns.ask("chapter", Asker("chapter", "one", 5, 1000, False, 2.0))
    turns.grant(limits, 2.0)
    assert list(turns.held) == ["chapter"]
    turns.leave("chapter", 3.0)
    assert turns.obstacle("c", limits, 3.0) == "rate"
    turns.grant(limits, RATE_S + 1.5)
    assert list(turns.held) == ["c"]


def test_what_was_kept_before_the_machine_was_started_anew_is_nobodys_claim():
    turns = Turns()
    turns.ask("a", Asker("a", "one", 5, 1000, True, 9_000.0))
    turns.grant(TurnLimits(licensee_rate=1), 9_000.0)
    turns.leave("a", 9_001.0)
    turns.ask("b", Asker("b", "one", 5, 1000, True, 5.0))
    turns.grant(TurnLimits(licensee_rate=1), 5.0)
    assert list(turns.held) == ["b"]
    assert turns.gone == {}
