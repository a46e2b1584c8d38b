"""Every act on a grant in every state, by everybody: what comes of it, or that nothing does."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import text as sql

from sayso.consent import minutes
from sayso.consent.document import document_of, sign
from sayso.consent.errors import CeilingExceeded, GrantInvalid, GrantState, GrantTampered, SignatureRefused, SpeakerKey
from sayso.consent.keys import public_key_of
from sayso.errors import Tampered
from sayso.settings import Settings
from sayso.workflows.audit import auditing
from sayso.workflows.consent import changing, granting, signing
from sayso.workflows.consent.granting import Terms
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import open_session

from .test_granting import OWN_KEY, OWN_PEM

TERMS = {"licensee": "Northwind Audio", "purposes": ("audiobook/mystery",)}

ACTS = {
    "accept": granting.accept,
    "decline": changing.decline,
    "withdraw": changing.withdraw,
    "invalidate": changing.invalidate,
    **{
        f"{name} by {who}": lambda session, grant, act=act, who=who: act(session, grant, who)
        for name, act in (("suspend", changing.suspend), ("resume", changing.resume), ("revoke", changing.revoke))
        for who in ("speaker", "operator", "licensee")
    },
}

STATES = {
    "requested": (),
    "given": ("accept",),
    "suspended by speaker": ("accept", "suspend by speaker"),
    "suspended by operator": ("accept", "suspend by operator"),
    "withdrawn": ("accept", "withdraw"),
    "revoked": ("accept", "revoke by operator"),
    "invalidated": ("accept", "invalidate"),
}
"""How a grant gets into each state."""

RUNNING = ("given", "suspended by speaker", "suspended by operator")
COMES_OF = {
    ("requested", "accept"): "given",
    ("requested", "decline"): "withdrawn",
    ("requested", "withdraw"): "withdrawn",
    ("given", "suspend by speaker"): "suspended",
    ("given", "suspend by operator"): "suspended",
    ("suspended by speaker", "resume by speaker"): "given",
    ("suspended by operator", "resume by operator"): "given",
    **{(state, "withdraw"): "withdrawn" for state in RUNNING},
    **{(state, "invalidate"): "invalidated" for state in ("requested", *RUNNING)},
    **{(state, f"revoke by {who}"): "revoked" for state in ("requested", *RUNNING) for who in ("operator", "licensee")},
}
"""What is not here is refused."""


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    return open_session(Settings(home=tmp_path_factory.mktemp("states") / "home"))


@pytest.fixture(scope="module")
def speaker(session):
    return add_speaker(session, "Ada")


def contents(session):
    with session.read() as tx:
        tables = [row[0] for row in tx.execute(sql("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        rows = {table: tx.execute(sql(f'SELECT * FROM "{table}"')).all() for table in sorted(tables)}  # noqa: S608 - its own name
        return {table: [tuple(row) for row in found] for table, found in rows.items()}


def requested(session, speaker, **more):
    return granting.request(session, Terms(speaker=speaker, **{**TERMS, **more}))


@pytest.mark.parametrize(("state", "act"), list(itertools.product(STATES, ACTS)))
def test_every_act_in_every_state(session, speaker, state, act):
    grant = requested(session, speaker)
    for step in STATES[state]:
        ACTS[step](session, grant)
    expected = COMES_OF.get((state, act))
    if expected is not None:
        shown = ACTS[act](session, grant)
        assert (shown.state, shown.events[-1].state) == (expected, expected)
        assert shown.events[-1].who in act or shown.events[-1].who == ("operator" if act == "invalidate" else "speaker")
        return
    before = contents(session)
    with pytest.raises(GrantState):
        ACTS[act](session, grant)
    assert contents(session) == before


def test_the_audit_follows_all_of_it(session, speaker):
    requested(session, speaker)
    assert auditing.audit(session).size


def test_a_request_permits_nothing_and_has_no_minutes_until_it_is_accepted(session, speaker):
    grant = requested(session, speaker, max_minutes=1.0)
    shown = granting.shown(session, grant)
    assert [(event.state, event.who) for event in shown.events] == [("requested", "licensee")]
    with session.act() as tx, pytest.raises(Exception, match="state: got requested"):
        minutes.reserve(tx, grant, "prm_aaaaaaaaaaaaaaaa", 1, run="run_aaaaaaaaaaaaaaaa")
    assert granting.accept(session, grant).state == "given"


def test_nobody_asks_for_more_than_the_outer_consent_allows(session):
    speaker = add_speaker(session, "Bea")
    granting.give(session, Terms(speaker=speaker, licensee="*", purposes=("audiobook",), outer=True))
    with pytest.raises(CeilingExceeded, match="purpose: got podcast"):
        requested(session, speaker, purposes=("podcast",))
    with pytest.raises(GrantInvalid, match="outer"):
        requested(session, speaker, outer=True)
    grant = requested(session, speaker)
    outer = next(shown.grant for shown in granting.listed(session, speaker) if shown.grant.outer)
    granting.amend(session, outer.grant_id, Terms(languages=("en",)))
    with pytest.raises(CeilingExceeded, match="language"):
        granting.accept(session, grant)


def test_time_ends_a_grant(session, speaker):
    grant = granting.give(session, Terms(speaker=speaker, **TERMS, since="2020-01-01", until="2020-02-01"))
    assert granting.shown(session, grant).state == "expired"


@pytest.fixture
def keeper(session):
    """Return a speaker who keeps their own key."""
    speaker = add_speaker(session, "Cem")
    signing.register(session, speaker, public_key_of(OWN_KEY))
    return speaker


def test_a_speaker_with_their_own_key_answers_a_request_by_signing_it(session, keeper):
    grant = requested(session, keeper)
    with pytest.raises(SpeakerKey):
        granting.accept(session, grant)
    draft = granting.draft_accepted(session, grant)
    with pytest.raises(SignatureRefused):
        granting.enter(session, signing.signed(draft, bytes(32)))
    other = draft.replace(b"mystery", b"romance")
    with pytest.raises(GrantInvalid, match="than were asked for"):
        granting.enter(session, signing.signed(other, OWN_PEM))
    signed = signing.signed(draft, OWN_PEM)
    assert granting.enter(session, signed).state == "given"
    with pytest.raises(GrantState):
        granting.enter(session, signed)


def given_by(session, keeper):
    grant = requested(session, keeper)
    granting.enter(session, signing.signed(granting.draft_accepted(session, grant), OWN_PEM))
    return grant


def test_taking_away_needs_no_signature_giving_back_does(session, keeper):
    grant = given_by(session, keeper)
    granting.suspend(session, grant)
    before = contents(session)
    with pytest.raises(SpeakerKey):
        granting.resume(session, grant)
    draft = changing.draft_change(session, grant, "given")
    with pytest.raises(SignatureRefused):
        granting.enter(session, signing.signed(draft, bytes(32)))
    assert contents(session) == before
    signed = signing.signed(draft, OWN_PEM)
    assert granting.enter(session, signed).state == "given"
    granting.suspend(session, grant)
    with pytest.raises(GrantState, match="next change"):
        granting.enter(session, signed)
    granting.withdraw(session, grant)
    assert auditing.audit(session).size


def test_a_stop_taken_back_in_the_database_permits_nothing(session, keeper):
    grant = given_by(session, keeper)
    granting.suspend(session, grant)
    kept = contents(session)
    changes = {
        "the state alone": "UPDATE grants SET state = 'given' WHERE grant_id = :grant",
        "an event without the speaker's word": (
            "INSERT INTO grant_events (grant_id, number, state, who, at, version) "
            "VALUES (:grant, 4, 'given', 'speaker', '2027-01-01T00:00:00.000Z', 1)"
        ),
        "an event of somebody else": "UPDATE grant_events SET who = 'operator' WHERE grant_id = :grant AND number = 4",
    }
    from sayso.consent import signed
    from sayso.consent.cedar import Policies

    for change in changes.values():
        with session.act() as tx:
            tx.execute(sql(change), {"grant": grant})
            tx.execute(sql("UPDATE speakers SET state_version = state_version + 1"))
        with pytest.raises(GrantTampered, match=grant), session.read() as tx:
            signed.standing(tx, keeper, Policies())
    with session.act() as tx:  # all of it, so that it agrees with itself: then the ledger does not
        tx.execute(
            sql("UPDATE grant_events SET who = 'operator' WHERE grant_id = :grant AND number = 3"), {"grant": grant}
        )
    with session.read() as tx:
        signed.standing(tx, keeper, Policies())
    with pytest.raises(Tampered, match=grant):
        auditing.audit(session)
    with session.act() as tx:
        tx.execute(sql("DELETE FROM grant_events WHERE grant_id = :grant AND number = 4"), {"grant": grant})
        tx.execute(sql("UPDATE grant_events SET who = 'speaker' WHERE grant_id = :grant"), {"grant": grant})
        tx.execute(
            sql("UPDATE grant_events SET who = 'licensee' WHERE grant_id = :grant AND number = 1"), {"grant": grant}
        )
        tx.execute(sql("UPDATE grants SET state = 'suspended' WHERE grant_id = :grant"), {"grant": grant})
        tx.execute(sql("UPDATE speakers SET state_version = state_version - :times"), {"times": len(changes)})
    assert contents(session)["grant_events"] == kept["grant_events"]


@pytest.mark.parametrize(("by", "state"), [("speaker", "withdrawn"), ("operator", "revoked")])
def test_an_erasure_ends_grants_by_whose_act_it_is(session, by, state):
    speaker = add_speaker(session, "Dot")
    grant = granting.give(session, Terms(speaker=speaker, **TERMS))
    erasing.run(session, erasing.plan(session, speaker).plan_id, by=by)
    entries = [row.entry for row in auditing.query(session, grant=grant)]
    assert [entry.type.rpartition(":")[2] for entry in entries] == ["given", state, "erased"]
    assert {entry.facts["who"] for entry in entries[1:]} == {by}
    assert auditing.audit(session).size


def test_an_amendment_takes_limits_away(session, speaker):
    limits = {"project": "the-lamp", "languages": ("en",), "territories": ("DE",), "channels": ("app",)}
    more = {"until": "2099-01-01", "max_minutes": 1.0, "max_takes": 3, "blocked_words": ("vote",)}
    rest = {"blocked_topics": ("politics",), "approval": True, "disclosure": "spoken", "compensation": "contract 12"}
    grant = granting.give(session, Terms(speaker=speaker, **TERMS, **limits, **more, **rest))
    from sayso.workflows.consent.terms import CLEARABLE

    for name, term in CLEARABLE.items():
        old = granting.shown(session, grant).grant
        new = granting.amend(session, grant, Terms(cleared=(name,))).grant
        changed = {key for key, value in new.terms().items() if value != old.terms()[key]}
        assert changed == {term.name}
        assert getattr(new, term.name) == term.nothing
    for bad in ({"cleared": ("licensee",)}, {"cleared": ("until",), "until": "2098-01-01"}):
        with pytest.raises(GrantInvalid):
            granting.amend(session, grant, Terms(**bad))
    assert auditing.audit(session).size


def test_the_house_signs_what_it_grants(session):
    from sayso.consent import signed, store
    from sayso.consent.cedar import Policies
    from sayso.workflows.voices.house import house_speaker

    house = house_speaker(session)
    with session.read() as tx:
        (grant,) = store.grants_of(tx, house)
        (version,) = store.versions(tx, grant.grant_id)
        assert signed.standing(tx, house, Policies()).policy.grants == (grant,)
        assert version.document == document_of(grant)
        key = signing.key_of(session, tx, house)
    assert version.signature == sign(document_of(grant), key)
    with session.act() as tx:
        tx.execute(sql("UPDATE grants SET signature = NULL WHERE grant_id = :grant"), {"grant": grant.grant_id})
    with pytest.raises(GrantTampered), session.read() as tx:
        signed.standing(tx, house, Policies())
    with session.act() as tx:
        values = {"signature": version.signature, "grant": grant.grant_id}
        tx.execute(sql("UPDATE grants SET signature = :signature WHERE grant_id = :grant"), values)
