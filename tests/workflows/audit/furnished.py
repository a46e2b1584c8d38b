"""An installation with rows in every table of the state, in every stage of their lives, for audits to look at."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.audio import Container
from sayso.clock import now
from sayso.consent.errors import ConsentRefused
from sayso.engines.registry import engine as engine_named
from sayso.erasure import block
from sayso.ids import PlanId, RunId, SpeakerId, new_id
from sayso.workflows.accounts import credentials, organisations
from sayso.workflows.consent import granting, keys, permission
from sayso.workflows.consent.granting import Terms
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.enrollment import protecting, reviewing, starting, submitting
from sayso.workflows.enrollment.submitting import Recordings
from sayso.workflows.erasure import erasing
from sayso.workflows.erasure.erasing import RowCommitments
from sayso.workflows.fairness import judging
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import planning
from sayso.workflows.speech.exporting import Publication, export
from sayso.workflows.speech.orders import taken
from sayso.workflows.speech.speaking import ACT, speak
from sayso.workflows.voices import house
from tests.recognition.echo import Echo


def furnish(session: Session, estate, folder: Path) -> None:
    """Fill the installation of ``estate``, whose voice has not spoken yet."""
    _spoken(session, estate, folder)
    _granted(session, estate.speaker)
    house.admit(session, engine_named("hibari"))
    house.house_speaker(session)
    session.integrate()


def _spoken(session, estate, folder) -> None:
    clip = speak(session, estate.order(project="the-lamp"), folder / "1.wav")
    speak(session, estate.order(), folder / "2.wav")
    export(session, Publication(clip.clip), folder / "1.mp3")
    with contextlib.suppress(ConsentRefused):
        speak(session, estate.order(licensee="Nobody"), folder / "3.wav")


def _granted(session, speaker) -> None:
    asked = granting.request(session, Terms(speaker=speaker, licensee="Southwind", purposes=("podcast",), max_takes=3))
    granting.accept(session, asked)
    granting.suspend(session, asked, "operator")
    granting.request(session, Terms(speaker=speaker, licensee="Eastwind", purposes=("podcast",)))
    over = granting.give(session, Terms(speaker=speaker, licensee="Westwind", purposes=("podcast",), max_minutes=5))
    granting.amend(session, over, Terms(max_minutes=1.0))
    granting.withdraw(session, over)


def licensed(session, estate, folder) -> None:
    """Give an outer consent and a licence, and speak under it, with a reservation that goes on."""
    granting.withdraw(session, estate.grant)
    terms = Terms(speaker=estate.speaker, licensee="*", purposes=("audiobook",), outer=True, max_minutes=9)
    granting.give(session, terms)
    order = estate.order(licensee="Northwind Audio")
    granting.give(
        session, Terms(speaker=estate.speaker, licensee=order.licensee, purposes=("audiobook",), max_minutes=5)
    )
    speak(session, order, folder / "licensed.wav")
    take = taken(session, order, Container.WAV)
    permission.ask(session, take.request(), ACT, run=RunId(new_id("run")))


def died(session) -> None:
    """Add a speaker who died, and whose key was replaced and recovered before."""
    speaker = add_speaker(session, "Casper")
    granting.give(session, Terms(speaker=speaker, licensee="Northwind Audio", purposes=("podcast",)))
    keys.rotate(session, speaker)
    keys.recover(session, speaker, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "it was lost")
    granting.note_death(session, speaker)


def erased(session, estate, folder) -> None:
    """Speak, and erase the speaker."""
    speak(session, estate.order(), folder / "erased.wav")
    erasing.run(session, erasing.plan(session, estate.speaker).plan_id)


def begun(session, speaker) -> str:
    """Begin the erasure of a speaker, stop before the key is destroyed, and return the plan."""
    plan = erasing.plan(session, speaker)
    with session.act(SpeakerId(speaker)) as tx:
        block(tx, PlanId(plan.plan_id), commitments=RowCommitments(session.vault))
    return plan.plan_id


def accounts(session, speaker) -> None:
    """Add an organisation that holds a licensee, with credentials, one of a speaker and one that is revoked."""
    organisation = organisations.add(session, "Northwind")
    organisations.hold(session, organisation, "Northwind Audio")
    credentials.issue(session, "producer", organisation=organisation)
    credentials.issue(session, "speaker", speaker=speaker)
    credentials.revoke(session, credentials.issue(session, "auditor").credential.credential_id)


def produced(session, folder) -> None:
    """Plan a production."""
    book = folder / "book.txt"
    book.write_text("The lamp was lit at noon.")
    planning.plan(session, planning.Brief(book, "Northwind Audio", "audiobook", voice="heart", project="the-lamp"))


def enrolled(session, speaker, recording) -> None:
    """Enrol with a word that was not heard, twice; a person rejects one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submitting, "recogniser", lambda: Echo(unsaid=("Southwind",)))
        patch.setattr(submitting, "now", lambda: now() + timedelta(seconds=20))
        data = recording.read_bytes()
        for decision in ("reject", None):
            issued = starting.start(session, Terms(speaker, "Southwind", ("podcast",)))
            made = submitting.submit(session, issued.enrollment, Recordings(data, (data,)))
            if decision is not None:
                reviewing.decide(session, made.row.enrollment_id, decision, "another voice")


def protected(session, speaker, recording) -> None:
    """Protect a voice, take another off the list, and plan an erasure that leaves a print on it."""
    protecting.protect(session, [recording], "a public voice")
    gone = protecting.protect(session, [recording], "a public voice").row.protected_id
    protecting.unprotect(session, gone, "asked for it")
    erasing.plan(session, speaker, keep_print=True)


def gated(session, folder) -> None:
    """Judge an engine for the gate."""
    rows = "".join(f"{n},{group},likeness,0.{n + 50},synthetic\n" for group in "ab" for n in range(30))
    (folder / "table.csv").write_text("speaker,group,metric,value,kind\n" + rows)
    judging.judged(session, "engine:hibari", folder / "table.csv")
