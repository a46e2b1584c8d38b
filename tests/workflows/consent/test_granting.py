"""Granting: signed, versioned, bounded, suspended and resumed; every rule holds when somebody speaks."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import text as sql

from sayso.consent import minutes
from sayso.consent.errors import (
    CeilingExceeded,
    ConsentRefused,
    GrantInvalid,
    GrantState,
    GrantTampered,
    SignatureRefused,
    SpeakerKey,
)
from sayso.consent.keys import public_key_of
from sayso.errors import Invalid, Refused
from sayso.workflows.audit import auditing
from sayso.workflows.consent import granting, signing
from sayso.workflows.consent.granting import Terms
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.speech.speaking import speak
from tests.workflows.conftest import LICENSEE, PURPOSE

OWN_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OWN_PEM = OWN_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def terms(speaker: str, **changes) -> Terms:
    return Terms(**{"speaker": speaker, "licensee": LICENSEE, "purposes": (PURPOSE,), **changes})


def refused(estate, path, **changes) -> str:
    with pytest.raises(ConsentRefused) as caught:
        speak(estate.session, estate.order(**changes), path)
    assert not path.exists()
    return "\n".join(caught.value.reasons)


RULES = {
    "territory": ({"territories": ("DE",)}, {}, {"territory": "DE"}),
    "channel": ({"channels": ("app",)}, {"channel": "broadcast"}, {"channel": "app"}),
    "words": ({"blocked_words": ("keeper climbed",)}, {}, {"text": "Nobody climbed the stair."}),
    "topics": ({"blocked_topics": ("politics",)}, {}, {"topics": ()}),
    "disclosure": ({"disclosure": "spoken"}, {}, {"announced": True}),
    "sublicensing": ({"sublicensing": False}, {"sublicensee": "Somebody Else"}, {}),
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_holds_when_somebody_speaks(session, make_estate, tmp_path, name):
    of_grant, bad, good = RULES[name]
    estate = make_estate(session, **of_grant)
    assert f": {name}: got " in refused(estate, tmp_path / "no.wav", **bad)
    assert speak(session, estate.order(**good), tmp_path / "yes.wav").grant == estate.grant


def test_a_blocked_word_is_found_as_it_is_spoken_too(session, make_estate, tmp_path):
    estate = make_estate(session, blocked_words=("twenty five",))
    assert ": words: got " in refused(estate, tmp_path / "no.wav", text="There were 25 of them.")


def test_takes_are_counted(session, make_estate, tmp_path):
    estate = make_estate(session, max_takes=1)
    speak(session, estate.order(), tmp_path / "1.wav")
    assert ": takes: got 1, 1 made or reserved" in refused(estate, tmp_path / "2.wav")
    assert granting.shown(session, estate.grant).used_takes == 1


def test_only_an_approved_text_is_spoken(session, make_estate, tmp_path):
    estate = make_estate(session, approval=True)
    assert ": approval: got " in refused(estate, tmp_path / "no.wav")
    assert granting.approve(session, estate.grant, estate.order().text).grant.version == 2
    speak(session, estate.order(), tmp_path / "yes.wav")
    assert ": approval: got " in refused(estate, tmp_path / "no.wav", text="Something else.")
    lexicon = tmp_path / "words.tsv"
    lexicon.write_text("keeper\t/ˈkipəɹ/\n")  # noqa: RUF001
    assert ": approval: got " in refused(estate, tmp_path / "no.wav", lexicon=lexicon)
    granting.approve(session, estate.grant, estate.order().text, lexicon=lexicon)
    speak(session, estate.order(lexicon=lexicon), tmp_path / "said.wav")
    assert auditing.audit(session).size


def test_a_licence_is_cut_from_the_outer_consent_and_bounded_by_it(session, make_estate, tmp_path):
    speaker = add_speaker(session, "Ada")
    outer = granting.give(session, terms(speaker, licensee="*", purposes=("audiobook",), languages=("en",), outer=True))
    with pytest.raises(CeilingExceeded, match="language: got any, the outer consent"):
        granting.give(session, terms(speaker))
    with pytest.raises(CeilingExceeded, match="purpose: got podcast"):
        granting.give(session, terms(speaker, purposes=("podcast",), languages=("en",)))
    licence = granting.give(session, terms(speaker, languages=("en-gb",)))
    shown = granting.shown(session, licence).grant
    assert (shown.ceiling, shown.outer) == (outer, False)
    assert [row.grant.grant_id for row in granting.listed(session, speaker)] == sorted([outer, licence])


def test_a_suspended_outer_consent_stops_its_licences(session, make_estate, tmp_path):
    estate = make_estate(session)
    outer = granting.give(session, terms(estate.speaker, licensee="*", purposes=("audiobook",), outer=True))
    granting.withdraw(session, estate.grant)
    licence = granting.give(session, terms(estate.speaker))
    assert speak(session, estate.order(), tmp_path / "1.wav").grant == licence
    granting.suspend(session, outer, "operator")
    assert "outer state: got suspended" in refused(estate, tmp_path / "2.wav")
    with pytest.raises(GrantState, match="the operator can"):
        granting.resume(session, outer)
    granting.resume(session, outer, "operator")
    speak(session, estate.order(), tmp_path / "3.wav")
    granting.amend(session, outer, Terms(territories=("DE",)))
    assert "outer territory: got none, allowed: DE" in refused(estate, tmp_path / "4.wav")
    speak(session, estate.order(territory="DE"), tmp_path / "5.wav")
    with session.read() as tx:
        used = minutes.usage(tx, estate.speaker)
    assert used.ms[outer] == used.ms[licence] > 0
    assert auditing.audit(session).size


def test_a_suspension_is_reversible_a_revocation_is_not(estate, tmp_path):
    granting.suspend(estate.session, estate.grant)
    assert "state: got suspended" in refused(estate, tmp_path / "no.wav")
    shown = granting.resume(estate.session, estate.grant)
    assert [(event.state, event.who) for event in shown.events] == [
        ("given", "speaker"),
        ("suspended", "speaker"),
        ("given", "speaker"),
    ]
    with pytest.raises(GrantState, match="expected one that is suspended"):
        granting.resume(estate.session, estate.grant)
    speak(estate.session, estate.order(), tmp_path / "yes.wav")
    with pytest.raises(GrantState):
        granting.revoke(estate.session, estate.grant, "speaker")
    assert granting.revoke(estate.session, estate.grant, "licensee").state == "revoked"
    with pytest.raises(GrantState):
        granting.resume(estate.session, estate.grant)
    with pytest.raises(Invalid, match="by: "):
        granting.suspend(estate.session, estate.grant, "my aunt")
    assert auditing.audit(estate.session).size


def test_an_amendment_is_a_new_version_and_the_audit_knows_it(estate, tmp_path):
    shown = granting.amend(estate.session, estate.grant, Terms(max_minutes=1.0, languages=("en",))).grant
    assert (shown.version, shown.languages, shown.purposes) == (2, ("en",), (PURPOSE,))
    speak(estate.session, estate.order(), tmp_path / "yes.wav")
    assert auditing.audit(estate.session).size
    with pytest.raises(GrantInvalid, match="licensee"):
        granting.amend(estate.session, estate.grant, Terms(licensee="Rival"))
    with pytest.raises(GrantInvalid, match="until"):
        granting.amend(estate.session, estate.grant, Terms(until="1999-01-01"))
    assert granting.shown(estate.session, estate.grant).grant.version == 2


def test_a_speaker_may_keep_their_own_key(session):
    speaker = add_speaker(session, "Ada")
    assert signing.key_shown(session, speaker).kept_by is None
    signing.register(session, speaker, public_key_of(OWN_KEY))
    assert signing.key_shown(session, speaker) == signing.SpeakerKeyShown(speaker, public_key_of(OWN_KEY), "speaker")
    with pytest.raises(SpeakerKey, match="their own key"):
        granting.give(session, terms(speaker))
    document = granting.draft(session, terms(speaker, max_takes=3))
    assert granting.listed(session, speaker) == []
    signed = signing.signed(document, OWN_PEM)
    for bad in (signing.signed(document, bytes(32)), signed.replace(b'"max_takes":3', b'"max_takes":4')):
        with pytest.raises(SignatureRefused):
            granting.enter(session, bad)
    with pytest.raises(Invalid):
        granting.enter(session, b"{}")
    assert granting.listed(session, speaker) == []
    grant = granting.enter(session, signed).grant.grant_id
    second = signing.signed(granting.draft_amended(session, grant, Terms(max_takes=2)), OWN_PEM)
    assert granting.enter(session, second).grant.version == 2
    with pytest.raises(GrantState):
        granting.enter(session, second)
    with pytest.raises(SpeakerKey):
        signing.register(session, speaker, public_key_of(OWN_KEY))
    assert auditing.audit(session).size


def test_a_grant_widened_by_hand_permits_nothing(estate, tmp_path):
    with estate.session.act() as tx:
        tx.execute(sql("UPDATE grants SET terms = replace(terms, 'audiobook/mystery', 'audiobook')"))
        tx.execute(sql("UPDATE speakers SET state_version = state_version + 1"))
    with pytest.raises(GrantTampered, match=estate.grant):
        speak(estate.session, estate.order(purpose="audiobook"), tmp_path / "no.wav")
    assert not (tmp_path / "no.wav").exists()


def test_after_a_death_nothing_is_spoken_unless_it_was_granted(estate, tmp_path):
    granting.note_death(estate.session, estate.speaker)
    assert "lifetime: got after the speaker's death" in refused(estate, tmp_path / "no.wav")


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("territories", {"territories": ("XX",)}),
        ("channels", {"channels": ("App Store",)}),
        ("max_takes", {"max_takes": -1}),
        ("blocked_words", {"blocked_words": ("!",)}),
        ("blocked_topics", {"blocked_topics": ("No Path!",)}),
        ("disclosure", {"disclosure": "whispered"}),
        ("notice_language", {"notice": b"read this"}),
        ("since", {"since": "soon"}),
        ("ceiling", {"ceiling": "grt_1"}),
    ],
)
def test_bad_terms_are_refused_naming_the_field(session, field, bad):
    speaker = add_speaker(session, "Ada")
    size = auditing.checkpoint(session).checkpoint.size
    with pytest.raises(Invalid, match=rf"^{field}"):
        granting.give(session, terms(speaker, **bad))
    assert auditing.checkpoint(session).checkpoint.size == size
    assert granting.listed(session, speaker) == []


def test_a_refused_licence_changes_nothing_and_makes_no_key(session):
    speaker = add_speaker(session, "Ada")
    with pytest.raises(Refused):
        granting.give(session, terms(speaker, ceiling="grt_aaaaaaaaaaaaaaaa"))
    assert signing.key_shown(session, speaker).public_key is None
