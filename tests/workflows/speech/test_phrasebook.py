"""A phrase that was said is said again from what is kept: permitted, marked and logged anew, and gone with its voice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from sayso import lineage
from sayso.consent.errors import PermitRefused
from sayso.engines.protocol import Engine
from sayso.engines.registry import engine as engine_named
from sayso.errors import SaysoError
from sayso.lineage import Kind
from sayso.repertoire import RememberingEngine, repertoire
from sayso.repertoire.remembering import Pieces
from sayso.workflows.audit import auditing
from sayso.workflows.consent import changing
from sayso.workflows.consent.granting import Terms, give
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.speech import live, phrasebook
from sayso.workflows.speech.live import LiveSpeech
from tests.workflows.conftest import LICENSEE, Estate

TEXT = "Your call is important to us."


@dataclass
class Booth:
    """An estate whose session keeps phrases, and what its engine was made to say."""

    estate: Estate
    session: Session
    made: list[Pieces] = field(default_factory=list)

    def engine(self, name: str) -> Engine:
        """Return the engine, which notes what it makes."""
        return RememberingEngine(engine_named(name), lambda _: None, lambda _, pieces: self.made.append(pieces))

    def begin(self, text: str = TEXT, **changes) -> LiveSpeech:
        return live.begin(self.session, self.estate.order(text=text, **changes), engine_of=self.engine)

    def say(self, text: str = TEXT, **changes) -> LiveSpeech:
        speech = self.begin(text, **changes)
        for piece in speech.pieces():
            speech.left(piece)
        assert speech.close() is live.Ending.COMPLETE
        return speech

    def kept(self) -> list[lineage.Artifact]:
        with self.session.read() as tx:
            return [artifact for artifact, _ in lineage.of_kind(tx, Kind.PHRASE)]

    def again(self) -> Booth:
        """Return the booth of another process, after this one."""
        settings = self.session.settings
        self.session.close()
        return Booth(self.estate, open_session(settings))


@pytest.fixture
def booth(estate):
    settings = replace(estate.session.settings, phrase_cache_mb=4, origins={})
    estate.session.close()
    made = Booth(estate, open_session(settings))
    yield made
    made.session.close()


def samples(pieces: Pieces) -> list[bytes]:
    return [piece.samples.tobytes() for piece in pieces]


def test_a_phrase_is_said_again_without_its_engine_as_a_clip_of_its_own(booth):
    first, second = booth.say(), booth.say()
    (sound,) = booth.made
    assert (first.phrases.said, second.phrases.said) == (0, 1)
    phrase, voice = second.run.take.phrases[0].text, second.run.voice
    assert samples(tuple(second.engine.stream(phrase, voice, early=True))) == samples(sound)
    takes = [speech.run.take for speech in (first, second)]
    assert len({take.clip for take in takes}) == len({take.mark for take in takes}) == 2
    made = {row.entry.facts["clip"]: row.entry for row in booth.session.log.query(type="synthesis:clip:made")}
    asked = [row.entry.facts["clip"] for row in booth.session.log.query(type="synthesis:clip:intended")]
    for take in takes:
        assert made[take.clip].facts["mark"] == str(take.mark)
        assert take.clip in asked
    assert made[takes[0].clip].facts["duration_ms"] == made[takes[1].clip].facts["duration_ms"]
    auditing.audit(booth.session)


def test_another_process_says_what_was_kept(booth):
    booth.say()
    after = booth.again()
    after.say()
    assert after.made == []
    after.session.close()


def test_nothing_is_kept_unless_the_setting_says_so(estate):
    off = Booth(estate, estate.session)
    for _ in range(2):
        assert off.say().phrases is None
    assert len(off.made) == 2
    assert off.kept() == []


def test_what_was_kept_goes_once_no_room_is_given(booth):
    booth.say()
    (kept,) = booth.kept()
    settings = replace(booth.session.settings, phrase_cache_mb=0, origins={})
    booth.session.close()
    off = Booth(booth.estate, open_session(settings))
    phrasebook.opened(off.session)
    assert off.kept() == []
    assert not off.session.vault.has(kept.blob)
    off.session.close()


@pytest.mark.parametrize("change", [{"speed": 1.1}, {"seed": 3}, {"language": "en-GB"}, {"text": "Your call."}])
def test_another_way_of_saying_it_is_another_phrase(booth, change):
    booth.say()
    booth.say(**change)
    assert len(booth.made) == 2


def test_a_changed_lexicon_is_another_phrase(booth, tmp_path):
    lexicon = tmp_path / "lexicon.tsv"
    spoken = []
    for said in ("kohl", "cowl"):
        lexicon.write_text(f"call\t{said}\n")
        spoken.append(booth.say(lexicon=lexicon).run.take.text)
    assert spoken[0] != spoken[1]
    assert len(booth.made) == 2


def test_another_licensee_does_not_hear_that_it_was_said(booth):
    give(booth.session, Terms(booth.estate.speaker, "Rival Radio", ("audiobook/mystery",), max_minutes=5))
    booth.made.clear()
    booth.say()
    booth.say(licensee="Rival Radio")
    assert len(booth.made) == 2


def test_a_withdrawal_takes_the_sound_away_and_a_new_grant_does_not_bring_it_back(booth):
    booth.say()
    (kept,) = booth.kept()
    changing.withdraw(booth.session, booth.estate.grant)
    assert booth.kept() == []
    assert not booth.session.vault.has(kept.blob)
    give(booth.session, Terms(booth.estate.speaker, LICENSEE, ("audiobook/mystery",), max_minutes=5))
    booth.say()
    assert len(booth.made) == 2


def test_a_change_of_consent_hides_what_is_kept_whatever_became_of_its_file(booth, monkeypatch):
    monkeypatch.setattr(changing, "forget_phrases_of", lambda *_: None)  # killed right before
    booth.say()
    changing.suspend(booth.session, booth.estate.grant)
    changing.resume(booth.session, booth.estate.grant)
    booth.say()
    assert len(booth.made) == 2


def test_nothing_is_kept_of_a_stream_that_consent_ended(booth):
    speech = booth.begin()
    for piece in speech.pieces():
        speech.left(piece)
    changing.withdraw(booth.session, booth.estate.grant)
    speech.close()
    assert booth.made
    assert booth.kept() == []


def test_an_erasure_names_what_is_kept_and_nothing_of_it_opens(booth, tmp_path):
    booth.say()
    (kept,) = booth.kept()
    sealed = booth.session.vault._shelf.get(kept.blob)
    stray = booth.session.vault.seal(b"killed before its row", [booth.estate.speaker], kind=str(Kind.PHRASE)).address
    plan = erasing.plan(booth.session, booth.estate.speaker)
    assert f"phrase {kept.artifact_id}" in plan.inventory.lines
    erased = erasing.run(booth.session, plan.plan_id, by="operator")
    assert booth.kept() == []
    assert not booth.session.vault.has(kept.blob)
    assert not booth.session.vault.has(stray)
    assert erased.strays_removed >= 1
    booth.session.vault._shelf.put(kept.blob, sealed)  # a backup of the file
    with pytest.raises(SaysoError):
        booth.session.vault.open(kept.blob, kind=str(Kind.PHRASE))
    with pytest.raises((PermitRefused, SaysoError)):
        booth.say()
    assert len(booth.made) == 1


def test_killed_while_it_is_kept_the_phrase_is_made_anew(booth, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(phrasebook.lineage, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            booth.say()
    assert booth.kept() == []
    booth.say()
    assert len(booth.made) == 2
    booth.say()
    assert len(booth.made) == 2


@pytest.mark.parametrize("place", [0, 40, -1], ids=["head", "key", "sound"])
def test_a_phrase_that_was_tampered_with_is_made_anew_and_told(booth, place, journalled):
    booth.say()
    (kept,) = booth.kept()
    shelf = booth.session.vault._shelf
    data = bytearray(shelf.get(kept.blob))
    data[place] ^= 1
    shelf.put(kept.blob, bytes(data))
    booth.say()
    assert len(booth.made) == 2
    assert [line["error"] for line in journalled() if line["event"] == "phrase.missed"] == ["blob-tampered"]


def test_no_row_makes_one_phrase_pass_for_another(booth):
    booth.say()
    booth.say("Please hold the line.")
    first, second = booth.kept()
    with booth.session.act(booth.estate.speaker) as tx:
        table = lineage.store.artifacts
        for one, other in ((first, second), (second, first)):
            where = table.c.artifact_id == one.artifact_id
            tx.execute(table.update().where(where).values(blob=other.blob))
    after = booth.again()
    after.say()
    after.say("Please hold the line.")
    assert len(after.made) == 2
    after.session.close()


def test_what_was_not_said_longest_goes_where_there_is_no_room(booth, monkeypatch):
    monkeypatch.setattr(repertoire, "SHARE", 1)
    texts = ["One.", "Two.", "Three."]
    for text in texts:
        booth.say(text)
    known = booth.session.installation.repertoire
    known.limit_bytes = known.size
    booth.say("One.")
    booth.say("Four.")
    kept = {artifact.blob for artifact in booth.kept()}
    assert known.size <= known.limit_bytes
    assert set(booth.session.vault.addresses()) >= kept
    booth.made.clear()
    booth.say("One.")
    assert booth.made == []
    booth.say("Two.")
    assert len(booth.made) == 1
