"""What a server answers to everybody: the resolver, the page of the detector, a witness, each where it is set up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, FastAPI

from sayso.doors.api.detector import routes as detector
from sayso.doors.api.resolver import routes as resolver
from sayso.doors.api.resolver.limits import Limits
from sayso.doors.api.witness import routes as witnessing
from sayso.ledger.note import VerifierKey
from sayso.ledger.witness import Witness, witness_key
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.public_detector import public_key
from sayso.workflows.provenance.resolving import Resolver

LIMITS: Final = Limits(hands=1)
"""Of the resolver beside speech: one sound at a time is searched, and none while all places for speech are taken."""


@dataclass(frozen=True, slots=True)
class PublicRoutes:
    """What is answered without a key; None for what is not."""

    answering: resolver.Answering | None = None
    detector_key: Mapping[str, Any] | None = None
    witness: Witness | None = None

    def add_to(self, app: FastAPI) -> None:
        """Let ``app`` answer."""
        app.state.answering, app.state.detector_key, app.state.witness = self.answering, self.detector_key, self.witness
        for router in self._routers():
            app.include_router(router)

    def _routers(self) -> Iterator[APIRouter]:
        if self.answering is not None:
            yield resolver.router
        if self.detector_key is not None:
            yield detector.router
        if self.witness is not None:
            yield witnessing.router


def public_routes(session: Session, is_free: Callable[[], bool]) -> PublicRoutes:
    """Return what the settings of an installation let everybody ask; ``is_free`` says whether sounds may be searched.

    Raise `NoteInvalid` where the witness has no key yet, or knows a log by no key.
    """
    settings = session.settings
    answering = resolver.Answering(lambda: Resolver(session), LIMITS, is_free)
    witness = None
    if settings.witness_folder is not None:
        logs = [VerifierKey.parse(each) for each in settings.witness_logs]
        witness = Witness(settings.witness_folder, witness_key(settings.witness_folder), logs)
    return PublicRoutes(
        answering if "resolver" in settings.public_routes else None,
        public_key(session) if "detector" in settings.public_routes else None,
        witness,
    )
