"""What is done to a home while it is hurt: every kind of act, one name each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.faults.kept_acts import KEPT_ACTS
from benchmarks.faults.worlds import FREE, LICENSEE, World, witness

from sayso.ids import SpeakerId
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.cosigning import Growth
from sayso.ledger.note import Signature, VerifierKey
from sayso.ledger.witness import Submission, Witness
from sayso.mark import Mark
from sayso.settings import Settings
from sayso.workflows.accounts import credentials, organisations
from sayso.workflows.audit import auditing
from sayso.workflows.consent import changing, granting, keys
from sayso.workflows.consent.granting import Terms
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.operations.checkup import accept_present_clock, examine
from sayso.workflows.provenance.marking_files import Batch
from sayso.workflows.provenance.public_detector import publish
from sayso.workflows.provenance.verifying import verify_file
from sayso.workflows.speech.exporting import Publication, export
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices.cloning import Commission, clone_voice

Act = Callable[[Session, World], Any]


@dataclass(frozen=True)
class Here:
    """A witness in this process, asked as one behind an address is."""

    witness: Witness

    @property
    def key(self) -> VerifierKey:
        """Return its public key."""
        return VerifierKey.parse(self.witness.vkey)

    def ask(self, note: str, checkpoint: Checkpoint, growth: Growth) -> Signature:
        """Return its cosignature of the checkpoint."""
        old = self.witness.last(checkpoint.origin).size
        proof = tuple(growth(old)) if 0 < old < checkpoint.size else ()
        return self.witness.add_checkpoint(str(Submission(old, proof, note)))


def _terms(world: World, **changes: Any) -> Terms:
    return Terms(**{"speaker": world.speaker, "licensee": "Southwind", "purposes": ("podcast",), **changes})


def _cosign(session: Session, world: World) -> None:
    session.integrate()
    session.log.cosign([Here(witness(world.folder, session.log.first_vkey))])


def _mark(session: Session, world: World) -> None:
    with Batch(session) as batch:
        batch.embed(world.recording, world.out / "marked.wav", Mark(0xC0FFEE))


def _open_anew(_: Session, world: World) -> None:
    fresh = open_session(Settings(home=world.folder / "fresh"))
    add_speaker(fresh, "Cara")
    fresh.close()


def _refused(session: Session, world: World) -> None:
    speak(session, world.order(licensee="Nobody Ltd"), world.out / "refused.wav")


def _issue(session: Session, world: World) -> None:
    credentials.issue(session, "producer", organisation=world.organisation)


def _renew(session: Session, _: World) -> None:
    """Destroy a key of nobody, by which the key-encryption key is renewed."""
    speaker = SpeakerId("spk_" + "a" * 16)
    session.vault.create_subject(speaker)
    session.vault.destroy_subject(speaker)


SOUND: Final[Mapping[str, Act]] = {
    "speak": lambda session, world: speak(session, world.order(), world.out / "out.wav"),
    "speak to flac": lambda session, world: speak(session, world.order(), world.out / "out.flac"),
    "export": lambda session, world: export(session, Publication(world.clip), world.out / "out.mp3"),
    "mark a file": _mark,
}
"""Acts that release sound."""

ACTS: Final[Mapping[str, Act]] = (
    SOUND
    | KEPT_ACTS
    | {
        "refuse": _refused,
        "clone": lambda session, world: clone_voice(
            session, Commission(world.speaker, (world.recording,), effort="fast", engine="hibari", **FREE)
        ),
        "add a speaker": lambda session, _: add_speaker(session, "Dora"),
        "give": lambda session, world: granting.give(session, _terms(world)),
        "request": lambda session, world: granting.request(session, _terms(world)),
        "accept": lambda session, world: granting.accept(session, world.asked),
        "decline": lambda session, world: changing.decline(session, world.asked),
        "amend": lambda session, world: granting.amend(session, world.grant, Terms(max_minutes=2.0)),
        "suspend": lambda session, world: granting.suspend(session, world.grant),
        "resume": lambda session, world: granting.resume(session, world.stopped),
        "withdraw": lambda session, world: granting.withdraw(session, world.grant),
        "revoke": lambda session, world: granting.revoke(session, world.grant),
        "note a death": lambda session, world: granting.note_death(session, world.speaker),
        "rotate a key": lambda session, world: keys.rotate(session, world.speaker),
        "recover a key": lambda session, world: keys.recover(
            session, world.speaker, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "it was lost"
        ),
        "hand a key over": lambda session, world: keys.hand_over(
            session, world.speaker, world.out / "key.pem", b"secret"
        ),
        "plan an erasure": lambda session, world: erasing.plan(session, world.speaker),
        "erase": lambda session, world: erasing.run(session, world.plan),
        "add an organisation": lambda session, _: organisations.add(session, "Westwind"),
        "hold a licensee": lambda session, world: organisations.hold(session, world.organisation, LICENSEE),
        "issue a credential": _issue,
        "revoke a credential": lambda session, world: credentials.revoke(session, world.credential),
        "renew the key-encryption key": _renew,
        "place entries": lambda session, _: (add_speaker(session, "Eva"), session.integrate()),
        "open the next shard": lambda session, _: auditing.rotate(session),
        "write the index anew": lambda session, _: auditing.reindex(session),
        "cosign": _cosign,
        "accept the clock": lambda session, _: accept_present_clock(session),
        "export the log": lambda session, world: auditing.export(
            session, world.out / "log.jsonl", since=None, until=None
        ),
        "publish the detector": lambda session, world: publish(session, world.out / "detector.json"),
        "look after everything": lambda _, world: list(examine(Settings(home=world.home))),
        "verify": lambda session, world: verify_file(session, world.recording),
        "open a new home": _open_anew,
    }
)
"""Every act, by its name."""
