"""Two processes for the tests and figures of withdrawal: run by path, told by lines on standard input.

``streamer.py stream HOME VOICE MODE`` speaks one long text for each line ``go`` and tells of every piece when it is let
go: place in samples, sample rate, moment. MODE is ``live`` (a piece is asked for when the one before has been heard),
``eager`` (as fast as the engine is) or ``step`` (a piece for each line ``next``).
``streamer.py withdraw HOME`` withdraws the grant that each line names, and tells the moment right after the commit.

Moments are nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from sayso.audio import Container
from sayso.consent.errors import PermitRefused
from sayso.mark.strength import STANDARD
from sayso.settings import Settings
from sayso.workflows.consent import granting, permission
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.speech import speaking
from sayso.workflows.speech.speaking import Order, Take

TEXT = " ".join(
    ["The keeper climbed the narrow stair before dawn, and he was not alone in the tower that night, nor the next."]
    * 12
)


def tell(*words: object) -> None:
    print(*words, flush=True)


def take_of(session: Session, voice: str) -> Take:
    order = Order(TEXT, voice, "Northwind Audio", "audiobook/mystery")
    return speaking._take(session, order, Container.WAV)


def stream(session: Session, voice: str, mode: str) -> None:
    take = take_of(session, voice)
    granted = permission.ask(session, take.request(), speaking.ACT)
    began = None  # when the first piece begins to be heard
    try:
        for piece in speaking.rendering(take, granted.permit, STANDARD):
            tell("piece", piece.start, piece.stop, piece.signal.sample_rate, time.monotonic_ns())
            began = began or time.monotonic()
            if mode == "live":
                time.sleep(max(0.0, began + piece.stop / piece.signal.sample_rate - time.monotonic()))
            if mode == "step":
                sys.stdin.readline()
        tell("end", "whole")
    except PermitRefused:
        tell("end", "refused")


def withdraw(session: Session, grant: str) -> None:
    moments: list[int] = []
    integrate = session.log.integrate

    def noted(*words: Any, **more: Any) -> Any:
        moments.append(time.monotonic_ns())  # called right after the commit
        return integrate(*words, **more)

    object.__setattr__(session.log, "integrate", noted)
    granting.withdraw(session, grant)
    object.__setattr__(session.log, "integrate", integrate)
    tell("withdrawn", moments[0])


if __name__ == "__main__":
    act, folder, *rest = sys.argv[1:]
    opened = open_session(Settings(home=Path(folder)))
    if act == "stream":
        take_of(opened, rest[0]).voice.open(opened)
    tell("ready")
    for line in iter(sys.stdin.readline, ""):
        stream(opened, *rest) if act == "stream" else withdraw(opened, line.strip())
