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
from dataclasses import replace
from pathlib import Path

from sayso.audio import Container
from sayso.consent.errors import PermitRefused
from sayso.mark.strength import STANDARD
from sayso.settings import Settings
from sayso.workflows.consent import granting
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.speech import speaking
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import Run

TEXT = " ".join(
    ["The keeper climbed the narrow stair before dawn, and he was not alone in the tower that night, nor the next."]
    * 12
)


def tell(*words: object) -> None:
    print(*words, flush=True)


def run_of(session: Session, voice: str) -> Run:
    """Return a run whose every piece is heard: so each asks whether consent stands now."""
    order = Order(TEXT, voice, "Northwind Audio", "audiobook/mystery")
    return replace(speaking.begun(session, order, Container.WAV), gate=session.gate)


def stream(session: Session, voice: str, mode: str) -> None:
    run = run_of(session, voice)
    began = None  # when the first piece begins to be heard
    try:
        for piece in speaking.rendering(run, STANDARD):
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
    sequencing = session.installation.sequencing
    signal = sequencing.signal
    sequencing.signal = lambda: moments.append(time.monotonic_ns())  # called right after the commit
    granting.withdraw(session, grant)
    sequencing.signal = signal
    tell("withdrawn", moments[0])


if __name__ == "__main__":
    act, folder, *rest = sys.argv[1:]
    opened = open_session(Settings(home=Path(folder)))
    if act == "stream":
        run_of(opened, rest[0])
    tell("ready")
    for line in iter(sys.stdin.readline, ""):
        stream(opened, *rest) if act == "stream" else withdraw(opened, line.strip())
