"""What each test costs in CPU seconds, its ended children included: printed as a table, and held to a budget.

CPU seconds and not wall time, so that a busy machine fails no test. A test pays for itself and for its own fixtures;
a fixture of a wider scope stands under its own name, because tests share it.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from typing import Any, Final

import pytest

BUDGET_S: Final = 60.0
"""CPU seconds that a test may take unless it is marked slow."""
SHOWN: Final = 10
_TEST: Final = "cpu_s"
_FIXTURE: Final = "fixture_cpu_s"


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of the children that it has waited for."""
    return sum(os.times()[:4])


class Costs:
    """Measures in the process that runs tests; gathers and prints where results are reported."""

    def __init__(self) -> None:
        self.started = self.shared = 0.0
        self.costs: dict[str, float] = {}
        self.total = 0.0

    def own(self) -> float:
        """Return what the test under way has taken so far, without shared fixtures."""
        return cpu_seconds() - self.started - self.shared

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Generator[None, Any, Any]:
        self.started, self.shared = cpu_seconds(), 0.0
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef, request) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":
            return (yield)
        before = self.own()
        try:
            return (yield)
        finally:
            took = self.own() - before
            self.shared += took
            name = f"{fixturedef.baseid}: fixture {fixturedef.argname}"
            request._pyfuncitem.user_properties.append((_FIXTURE, (name, took)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        result = yield
        if self.own() > BUDGET_S and item.get_closest_marker("slow") is None:
            pytest.fail(
                f"the test took {self.own():.1f} CPU seconds, expected at most {BUDGET_S:g}; "
                "make it cheaper, or mark it slow",
                pytrace=False,
            )
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> None:
        if call.when == "teardown":
            item.user_properties.append((_TEST, (item.nodeid, self.own())))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            for kind, value in report.user_properties:
                if kind in {_TEST, _FIXTURE}:
                    self.costs[value[0]] = self.costs.get(value[0], 0.0) + value[1]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.total += cpu_seconds()
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_TEST] = self.total

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.total += getattr(node, "workeroutput", {}).get(_TEST, 0.0)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        if len(self.costs) > SHOWN or config.option.costs:
            for line in self.table(config.option.costs or SHOWN):
                terminalreporter.write_line(line)

    def table(self, shown: int) -> Iterable[str]:
        """Yield the most expensive tests and the total, which also counts imports and collection."""
        yield f"CPU seconds: {self.total:.0f} in all, {sum(self.costs.values()):.0f} of them in tests; the most expensive:"
        dearest = sorted(self.costs.items(), key=lambda cost: -cost[1])
        yield from (f"{took:8.2f}  {name}" for name, took in dearest[:shown])
