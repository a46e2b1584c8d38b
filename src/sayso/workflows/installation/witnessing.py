"""Whether a witness has seen a longer ledger: only somebody outside knows that a whole home is an old one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from sayso.ledger.cosigning import Cosigned, WitnessAddress
from sayso.ledger.log import Log
from sayso.ledger.quorum import Quorum
from sayso.settings import Settings
from sayso.workflows.installation.high_water import HighWater

ASK_S: Final = 600.0
"""How long an answer of the witnesses stands."""


class Witnessing:
    """Asks the witnesses of the settings whether they have cosigned anything that is not here."""

    def __init__(self, settings: Settings, log: Callable[[], Log]) -> None:
        """Take the settings, and what returns the log."""
        self._witnesses = tuple(WitnessAddress.parse(each) for each in settings.witnesses)
        self._quorum = Quorum(tuple(each.key for each in self._witnesses), settings.witness_quorum)
        self._high_water = None if settings.high_water is None else HighWater(settings.high_water)
        self._log = log
        self._asked: float | None = None

    def check(self) -> None:
        """Ask the high-water mark, and all witnesses, unless they have answered in the last `ASK_S` seconds.

        Without either nothing is asked, and a home that was restored whole is taken for the present one. Raise
        `LogForked` where a witness knows a longer ledger, or another, and `QuorumMissed` where fewer answer than the
        settings ask for.
        """
        self.rise()
        if self._witnesses and (self._asked is None or time.monotonic() - self._asked > ASK_S):
            self.ask()
            self._asked = time.monotonic()

    def rise(self) -> None:
        """Have the high-water mark of the settings, if there is one, remember the log; raise `LogForked`."""
        if self._high_water is not None:
            self._high_water.rise(self._log())

    def ask(self) -> Cosigned:
        """Ask all witnesses now, and return who answered; raise as `check` does."""
        answered = self._log().witnessed(self._witnesses)
        self._quorum.require([each.key for each in self._witnesses if each.key.name in answered.by])
        return answered
