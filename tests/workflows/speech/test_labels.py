"""Labels: what is asked is on the clip, survives signing, stands in the ledger; what cannot be is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

from sayso.audio import Container, decode
from sayso.audio.tags import read_tags
from sayso.consent.errors import ConsentRefused
from sayso.errors import Invalid
from sayso.labels import Layer, words_for
from sayso.labels.errors import JurisdictionUnknown, LabelImpossible, WordsUnknown
from sayso.labels.rhythm import rhythm
from sayso.settings import Settings, load
from sayso.synthesis import Phrase, read, script
from sayso.synthesis.errors import LabelForged, NothingToSay
from sayso.workflows.consent.granting import approve
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.provenance.verifying import verify_file
from sayso.workflows.speech.exporting import Publication, export
from sayso.workflows.speech.labels import beside, plan, read_file
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices.voicebook import listed

LONG = " ".join(
    f"On day {day} the keeper wrote that the sea was calm, that nobody came, and that the lamp burned."
    for day in range(2, 40)
)


def planned(*jurisdictions, **changes):
    asked = {"announced": False, "every_s": None, "language": "en", "purpose": "podcast/news", **changes}
    return plan(jurisdictions, Container.WAV, **asked)


@dataclass(frozen=True)
class House:
    """An installation and one of its stock voices."""

    session: Session
    voice: str

    def order(self, **changes) -> Order:
        fields = {"text": "Good evening.", "voice": self.voice, "licensee": "Northwind", "purpose": "podcast/news"}
        return Order(**{**fields, **changes})


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    settings = Settings(home=tmp_path_factory.mktemp("house"), provider="Northwind Audio", jurisdictions=("us-ca",))
    session = open_session(settings)
    return House(session, next(voice.row.voice_id for voice in listed(session) if voice.row.engine == "hibari"))


def facts_of(session, entry):
    return json.loads(session.log.entry(entry))["facts"]


@pytest.mark.parametrize("container", ["wav", "flac", "mp3", "m4a"])
def test_every_label_is_on_the_clip_and_the_signature_holds(house, tmp_path, container):
    out = tmp_path / f"out.{container}"
    spoken = speak(house.session, house.order(jurisdictions=("eu", "china")), out)
    assert spoken.labels.carried == set(Layer)
    assert spoken.labels.missing == set()
    field = json.loads(read_tags(out.read_bytes(), Container(container))["AIGC"])
    assert (field["Label"], field["ProduceID"], field["ReservedCode1"]) == ("1", spoken.clip, spoken.mark)
    assert read_file(out).tags["AI_VOICE"] == "AI Voice"
    verified = verify_file(house.session, out)
    assert (verified.verdict, verified.credentials.intact) == ("ours", True)
    told = json.loads(beside(out).read_text())
    assert (told["clip"], told["aigc"], told["jurisdictions"]) == (spoken.clip, field, ["eu", "china"])
    assert told["spoken"] == words_for("en", "podcast").opening
    assert {"eu", "china"} == set(told["laws"])
    facts = facts_of(house.session, house.session.entry_of(spoken.ticket))
    assert facts["labels"] == "aigc metadata notice rhythm spoken watermark"
    assert facts["jurisdictions"] == "eu china"


def test_a_changed_tag_breaks_the_signature(house, tmp_path):
    out = tmp_path / "out.wav"
    spoken = speak(house.session, house.order(jurisdictions=("china",)), out)
    data = out.read_bytes()
    out.write_bytes(data.replace(spoken.clip.encode(), b"clp_" + b"z" * 16, 1))
    assert not verify_file(house.session, out).credentials.intact


def test_nothing_is_added_where_nothing_is_asked_and_the_settings_ask_where_the_order_does_not(house, tmp_path):
    plain = speak(house.session, house.order(jurisdictions=("plain",)), tmp_path / "plain.mp3")
    assert plain.labels.carried == {Layer.WATERMARK, Layer.METADATA}
    assert read_file(tmp_path / "plain.mp3").tags == {}
    assert not beside(tmp_path / "plain.mp3").exists()
    assert facts_of(house.session, house.session.entry_of(plain.ticket))["labels"] == "metadata watermark"
    asked = speak(house.session, house.order(), tmp_path / "asked.mp3")
    assert asked.labels.jurisdictions == ("us-ca",)
    said = read_file(tmp_path / "asked.mp3").tags["AI_DISCLOSURE"]
    assert "Provider: Northwind Audio; system: Sayso" in said


def test_an_export_keeps_the_labels_that_its_file_can_carry(house, tmp_path):
    spoken = speak(house.session, house.order(jurisdictions=("china",)), tmp_path / "first.wav")
    first = json.loads(read_file(tmp_path / "first.wav").tags["AIGC"])
    export(house.session, Publication(spoken.clip), tmp_path / "again.mp3")
    again = json.loads(read_file(tmp_path / "again.mp3").tags["AIGC"])
    assert (again["ProduceID"], again["Label"]) == (first["ProduceID"], first["Label"])
    plain = speak(house.session, house.order(jurisdictions=("plain",)), tmp_path / "plain.wav")
    export(house.session, Publication(plain.clip), tmp_path / "plain.mp3")
    assert read_file(tmp_path / "plain.mp3").tags == {}


def test_the_rhythm_opens_and_closes_the_sound_and_is_marked_with_it(house, tmp_path):
    out = tmp_path / "out.opus"
    spoken = speak(house.session, house.order(jurisdictions=("china",)), out)
    assert (spoken.content_credentials, spoken.labels.carried) == (False, {Layer.WATERMARK, Layer.AIGC, Layer.RHYTHM})
    assert json.loads(read_file(out).tags["AIGC"])["ProduceID"] == spoken.clip
    sound = decode(out)
    tone = rhythm(sound.sample_rate).samples[0]
    for part in (sound.samples[0, : len(tone)], sound.samples[0, -len(tone) :]):
        alike = np.correlate(part[2_000:-2_000], tone, "same")  # Opus moves the sound by some samples
        assert np.abs(alike).max() > 0.4 * (tone**2).sum()  # the mark and Opus take their share
    assert verify_file(house.session, out).verdict == "ours"


def test_the_words_come_first_and_count_as_spoken_disclosure(session, make_estate, tmp_path):
    estate = make_estate(session, disclosure="spoken")
    with pytest.raises(ConsentRefused):
        speak(session, estate.order(), tmp_path / "no.wav")
    plain = speak(session, estate.order(announced=True), tmp_path / "1.wav")
    assert Layer.SPOKEN in plain.labels.carried
    india = speak(session, estate.order(jurisdictions=("india",)), tmp_path / "2.wav")
    assert india.duration_s == pytest.approx(plain.duration_s, abs=0.01)


def test_a_label_needs_no_approval_and_says_no_blocked_word(session, make_estate, tmp_path):
    estate = make_estate(session, approval=True, blocked_words=("synthetic voice",))
    text = estate.order().text
    approve(session, estate.grant, text)
    shorter = speak(session, estate.order(), tmp_path / "1.wav")
    longer = speak(session, estate.order(announced=True, jurisdictions=("china",)), tmp_path / "2.wav")
    assert longer.duration_s > shorter.duration_s + 3


def test_in_a_long_text_the_words_come_again_between_sentences():
    said = read(LONG)
    labelled = planned(announced=True, every_s=60).around(said, speed=1.0)
    labels = [place for place, phrase in enumerate(labelled) if phrase.is_label]
    assert labels[0] == 0
    assert labelled[0].text == words_for("en", "podcast").opening
    again = [labelled[place].text for place in labels[1:]]
    assert 2 <= len(again) <= 5
    assert set(again) == {words_for("en", "podcast").again}
    assert all(labelled[place - 1].text.endswith(".") for place in labels[1:])
    assert script(labelled) == script(said)
    assert [phrase.text for phrase in labelled if not phrase.is_label] == [phrase.text for phrase in said]
    assert not labelled[-1].is_label


def test_twice_as_often_means_about_twice_as_many():
    said = read(LONG)
    count = {every: len(planned(every_s=every).around(said, speed=1.0)) - len(said) - 1 for every in (30, 60)}
    assert 1.6 < count[30] / count[60] < 2.6


def test_the_time_reserved_covers_the_labels(house, tmp_path):
    labels = planned("eu", "china")
    said = labels.around(read("Good evening."), speed=1.0)
    alone = speak(house.session, house.order(text="Good evening."), tmp_path / "1.wav").duration_s
    both = speak(
        house.session, house.order(text="Good evening.", jurisdictions=("eu", "china")), tmp_path / "2.wav"
    ).duration_s
    assert labels.extra_ms(said, speed=1.0) >= 1000 * (both - alone)


def test_a_layer_that_the_container_cannot_carry_is_refused_before_anything(house, tmp_path):
    before = house.session.log.integrate().size
    with pytest.raises(
        LabelImpossible, match=r"\.opus files carry no content credentials, which eu, india asks for; use one of \.wav"
    ):
        speak(house.session, house.order(jurisdictions=("eu", "india")), tmp_path / "out.opus")
    assert list(tmp_path.glob("out*")) == []
    assert house.session.log.integrate().size == before


def test_unknown_words_and_jurisdictions_are_refused():
    with pytest.raises(JurisdictionUnknown):
        planned("atlantis")
    with pytest.raises(WordsUnknown):
        planned(announced=True, language="tlh")
    for every_s in (29.9, 0, -1, float("nan")):
        with pytest.raises(Invalid, match="announce-every"):
            planned(every_s=every_s)


def test_the_settings_are_read_from_the_file_or_the_variable(tmp_path):
    settings = load({"SAYSO_HOME": str(tmp_path), "SAYSO_JURISDICTIONS": "eu, china"})
    assert settings.jurisdictions == ("eu", "china")
    (tmp_path / "config.toml").write_text('jurisdictions = ["india"]')
    assert load({"SAYSO_HOME": str(tmp_path)}).jurisdictions == ("india",)


def test_a_clip_too_short_for_its_mark_says_what_is_missing():
    outcome = planned("eu").outcome(signed=True, readable=False)
    assert outcome.missing == {Layer.WATERMARK}
    assert Layer.WATERMARK not in outcome.carried
    assert planned().outcome(signed=True, readable=False).missing == set()


def test_nothing_but_a_label_may_be_said_as_one(house, tmp_path, monkeypatch):
    from sayso.workflows.speech import labels

    real = labels.plan

    def forged(*arguments, **options):
        made = real(*arguments, **options)
        return replace(made, words=replace(words_for("en", "podcast"), opening="Buy this soap."))

    monkeypatch.setattr(labels, "plan", forged)
    with pytest.raises(LabelForged):
        speak(house.session, house.order(), tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


def test_labels_alone_are_nothing_to_say(house, tmp_path):
    with pytest.raises(NothingToSay):
        speak(house.session, house.order(text=" ", announced=True), tmp_path / "out.wav")
    assert script([Phrase("x", 0, is_label=True)]) == ""


def test_a_voice_of_a_person_is_called_a_replica(estate, tmp_path):
    speak(estate.session, estate.order(jurisdictions=("us-ca",)), tmp_path / "out.flac")
    assert read_file(tmp_path / "out.flac").tags["AI_VOICE"] == "Authorized Voice Replica (AVR)"
    assert json.loads(beside(tmp_path / "out.flac").read_text())["trade"]["onix"]["UnnamedPersons"] == "08"
