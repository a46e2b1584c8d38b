"""Everything is checked before the first sound: what is missing is told, with who could grant it, and nothing is made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sayso.consent.errors import ConsentRefused
from sayso.productions.errors import ManuscriptInvalid, ProductionUnknown
from sayso.workflows.audit import auditing
from sayso.workflows.consent import granting
from sayso.workflows.productions import planning, plans
from sayso.workflows.voices.voicebook import row_of


def test_a_plan_names_lines_and_minutes_and_misses_nothing(book):
    assert book.planned.missing == ()
    assert book.planned.lines == 7
    assert 0.25 < book.planned.minutes < 0.6
    found = plans.opened(book.session, book.production)
    assert found == book.planned.production
    assert {line.line.who for line in found.plan.lines()} == {"narrator", "Ada"}


def test_the_state_holds_no_text_of_a_plan_and_the_audit_holds_its_row(book):
    book.session.close()
    data = (book.session.settings.home / "sayso.sqlite").read_bytes()
    assert b"keeper" not in data
    assert b"The Lamp" not in data
    auditing.audit(planning_session(book))


def planning_session(book):
    from sayso.workflows.installation.session import open_session

    return open_session(book.session.settings)


@pytest.mark.parametrize(
    ("changes", "word"), [({"licensee": "Somebody Else"}, "licensee"), ({"purpose": "advertising"}, "purpose")]
)
def test_another_use_is_missing_for_the_speakers_voice_only(book, changes, word):
    planned = planning.plan(book.session, book.brief(**changes))
    assert {one.voice for one in planned.missing} == {book.estate.voice}
    assert {one.action for one in planned.missing} == {"synthesize", "publish"}
    assert all(one.characters == ("Ada",) and one.grantable_by for one in planned.missing)
    assert any(word in reason for one in planned.missing for reason in one.reasons)
    with pytest.raises(ConsentRefused):
        replace(book, planned=planned).run()
    assert not list((book.session.settings.home / "blobs").rglob("*.flac"))


def test_minutes_are_counted_over_the_whole_book(book):
    text = book.folder / "long.txt"
    text.write_text("“I am here and I will stay here all night,” said Ada.\n\n" * 250)
    planned = planning.plan(book.session, book.brief(book=text))
    (missing,) = planned.missing
    assert missing.action == "synthesize"
    assert any("minutes" in reason for reason in missing.reasons)


def test_a_blocked_word_is_missing_in_its_line_alone(book):
    granting.amend(book.session, book.estate.grant, granting.Terms(blocked_words=("afraid",)))
    (missing,) = planning.checked(book.session, book.production).missing
    assert missing.lines == ("c01-0005",)


def test_a_withdrawn_grant_is_missing_afterwards(book):
    granting.withdraw(book.session, book.estate.grant)
    assert {one.action for one in planning.checked(book.session, book.production).missing} == {"synthesize", "publish"}


def test_a_changed_book_keeps_the_keys_of_lines_that_stay(book):
    before = {line.line.text: line.key for line in book.planned.production.plan.lines()}
    text = (book.folder / "lamp.txt").read_text().replace("Nobody answered", "No one answered")
    (book.folder / "lamp.txt").write_text(text)
    after = planning.plan(book.session, book.brief(), revises=book.production).production
    changed = [line.line.text for line in after.plan.lines() if before.get(line.line.text) != line.key]
    assert changed == ["No one answered, and the lamp went out."]
    assert after.production_id == book.production


def test_a_lexicon_changes_the_lines_with_its_word_and_no_other(book):
    lexicon = book.folder / "words.tsv"
    lexicon.write_text("Ada\tAyda\n")
    planned = planning.plan(book.session, book.brief(lexicons=(lexicon,)))
    keys = {line.key for line in book.planned.production.plan.lines()}
    assert [line.line.text for line in planned.production.plan.lines() if line.key not in keys] == ["asked Ada."]


def test_a_broken_book_leaves_no_production(book):
    (book.folder / "bad.epub").write_bytes(b"PK")
    count = len(plans.listed(book.session))
    with pytest.raises(ManuscriptInvalid):
        planning.plan(book.session, book.brief(book=book.folder / "bad.epub"))
    assert len(plans.listed(book.session)) == count
    with pytest.raises(ProductionUnknown):
        plans.opened(book.session, "prd_aaaaaaaaaaaaaaaa")


def test_the_written_cast_gives_the_same_plan(book):
    out = book.folder / "all.yaml"
    planning.plan(book.session, book.brief(), cast_out=out)
    again = planning.plan(book.session, book.brief(cast=out)).production.plan
    assert again.chapters == book.planned.production.plan.chapters
    assert row_of(book.session, book.estate.voice).voice_id in again.voices
