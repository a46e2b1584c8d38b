"""A production is made once: again, after a change, after a withdrawal, it makes what is new and nothing else."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from sayso.audio import decode
from sayso.audio.container import Container
from sayso.credentials import read_detached
from sayso.engines.hibari import HibariEngine
from sayso.productions.errors import LineUnknown, ProductionBusy
from sayso.productions.mastering import ACX, rules
from sayso.workflows.audit import auditing
from sayso.workflows.consent import granting
from sayso.workflows.productions import chapters, checking, planning, plans, reporting, running, runs, takes
from sayso.workflows.productions.alone import alone


def manifest(book, out="out"):
    return json.loads((book.folder / out / "package.json").read_text())


def hashes(book, out="out"):
    return {file["name"]: file["sha256"] for file in manifest(book, out)["files"]}


def entries(book, kind):
    return [row.entry for row in auditing.query(book.session) if row.entry.type == kind]


def test_a_package_lists_every_file_and_every_rule_holds(produced):
    book, made = produced
    assert (made.rendered, made.reused, made.stopped, made.failed) == (7, 0, (), ())
    found = reporting.report(book.folder / "out")
    assert found.is_whole
    assert found.digest == made.digest
    listed = {
        *hashes(book),
        *(file["credentials"]["name"] for file in manifest(book)["files"] if "credentials" in file),
    }
    there = {str(path.relative_to(book.folder / "out")) for path in (book.folder / "out").rglob("*") if path.is_file()}
    assert there - listed == {"package.json", "chapters/01.json", "chapters/02.json"}
    for chapter in (1, 2):
        sound = decode(book.folder / "out" / "chapters" / f"{chapter:02d}.mp3")
        assert sound.sample_rate == 44_100
        assert all(rule.holds for rule in rules(sound, ACX)), rules(sound, ACX)


def test_every_mark_is_read_from_the_delivered_file_and_leads_to_its_clip(produced):
    book, _ = produced
    marks = [chapter["marks"] for chapter in manifest(book)["chapters"]]
    assert [one["checked"] for one in marks] == [one["readable"] for one in marks]
    assert marks[0]["checked"] >= 2
    minutes = {voice["voice"]: voice for voice in manifest(book)["voices"]}
    assert minutes[book.estate.voice]["grants"] == [book.estate.grant]


def test_credentials_lie_beside_each_file_and_are_of_it_alone(produced):
    book, _ = produced
    out = book.folder / "out"
    data, beside = (out / "chapters/01.mp3").read_bytes(), (out / "chapters/01.mp3.c2pa").read_bytes()
    anchors = book.session.anchors_pem()
    found = read_detached(data, beside, Container.MP3, anchors_pem=anchors)
    assert (found.intact, found.trusted) == (True, True)
    other = read_detached((out / "chapters/02.mp3").read_bytes(), beside, Container.MP3, anchors_pem=anchors)
    assert not other.intact


def test_run_again_makes_nothing_and_leaves_the_same(produced):
    book, made = produced
    before = hashes(book)
    again = book.run()
    assert (again.rendered, again.reused, again.digest) == (0, 7, made.digest)
    assert hashes(book) == before
    assert len(entries(book, "synthesis:clip:made")) == 7
    auditing.audit(book.session)


def test_what_is_produced_again_elsewhere_is_the_same_bit_by_bit(produced, planned_template, tmp_path):
    book, made = produced
    (tmp_path / "other").mkdir()
    other = planned_template.copied(tmp_path / "other")
    again = other.run()
    assert again.digest == made.digest
    assert hashes(other) == hashes(book)


def test_a_line_asked_for_again_is_made_and_its_chapter_alone(produced):
    book, made = produced
    before = hashes(book)
    running.redo(book.session, book.production, "c02-0002")
    again = book.run()
    assert (again.rendered, again.reused) == (1, 6)
    assert again.digest != made.digest
    assert hashes(book)["chapters/01.mp3"] == before["chapters/01.mp3"]
    assert hashes(book)["chapters/02.mp3"] != before["chapters/02.mp3"]
    with pytest.raises(LineUnknown):
        running.redo(book.session, book.production, "c09-0001")


def test_a_file_that_somebody_changed_is_made_again_and_told_before(produced):
    book, made = produced
    before = hashes(book)
    victim = book.folder / "out" / "chapters" / "01.mp3"
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    assert reporting.report(book.folder / "out").altered == ("chapters/01.mp3",)
    assert book.run().digest == made.digest
    assert hashes(book) == before


def test_a_record_of_a_chapter_that_was_forged_is_not_believed(produced):
    book, _ = produced
    record = book.folder / "out" / "chapters" / "01.json"
    told = json.loads(record.read_text())
    told["title"] = "Forged"
    record.write_text(json.dumps(told))
    book.run()
    assert json.loads(record.read_text())["title"] == "CHAPTER I"


def test_a_withdrawal_in_the_middle_stops_those_lines_and_no_others(book, monkeypatch):
    made = takes.make

    def withdrawn_after_the_first(session, production, line, **more):
        sound = made(session, production, line, **more)
        if line.line.who == "Ada":
            granting.withdraw(session, book.estate.grant)
        return sound

    monkeypatch.setattr(takes, "make", withdrawn_after_the_first)
    done = book.run()
    assert done.stopped == ("c01-0003", "c01-0005")
    assert done.rendered == 6
    assert [voice["characters"] for voice in manifest(book)["voices"]] == [["narrator"]]
    assert "Who is there" not in (book.folder / "out" / "chapters" / "01.vtt").read_text()
    auditing.audit(book.session)


def test_a_voice_withdrawn_after_a_package_leaves_the_next_one(produced):
    book, _ = produced
    granting.withdraw(book.session, book.estate.grant)
    again = book.run()
    assert again.stopped == ("c01-0003", "c01-0005")
    assert "c01-0003" not in (book.folder / "out" / "chapters" / "01.vtt").read_text()


def test_a_line_that_no_engine_can_say_is_reported_and_the_book_goes_on(book, monkeypatch):
    stream = HibariEngine.stream

    def fails(self, text, voice, **more):
        if "Nobody" in text:
            raise MemoryError
        return stream(self, text, voice, **more)

    monkeypatch.setattr(HibariEngine, "stream", fails)
    done = book.run()
    assert (done.failed, done.stopped, done.rendered) == (("c02-0002",), ("c02-0002",), 6)
    assert len(entries(book, "synthesis:clip:failed")) == 3
    monkeypatch.undo()
    again = book.run()
    assert (again.failed, again.stopped, again.rendered) == ((), (), 1)


def test_the_tables_of_the_workflow_hold_no_text_and_no_path(produced):
    book, _ = produced
    with closing(sqlite3.connect(book.session.settings.home / "runs.sqlite")) as db:
        dump = "\n".join(db.iterdump())
    for secret in ("keeper", "Who is there", "The Lamp", str(book.folder), "Northwind"):
        assert secret not in dump
    assert book.production in dump


def test_progress_and_runs_tell_how_far_it_is(produced):
    book, made = produced
    found = running.progress(book.session, book.production)
    assert (found.stage, found.lines, found.done, found.stopped) == ("packaged", 7, 7, 0)
    assert found.rtf is not None
    (run,) = runs.listed(book.session)
    assert (run.run, run.state, run.production) == (made.run, "success", book.production)
    assert runs.shown(book.session, made.run).steps == 1 + 7 + 2 + 1
    with pytest.raises(runs.RunUnknown):
        runs.shown(book.session, "run_aaaaaaaaaaaaaaaa")


def test_a_run_is_forked_and_a_cancelled_one_goes_on(produced):
    book, made = produced
    forked = running.fork(book.session, made.run, 8)
    assert (forked.digest, forked.rendered, forked.reused) == (made.digest, 7, 0)  # as they were counted at its start
    assert forked.run != made.run
    resumed = running.resume(book.session, made.run)
    assert resumed.digest == made.digest


def test_two_processes_do_not_work_on_one_production(book):
    with alone(book.session, book.production):
        with pytest.raises(ProductionBusy):
            book.run()
        with pytest.raises(ProductionBusy):
            planning.plan(book.session, book.brief(), revises=book.production)
    planning.plan(book.session, book.brief(), revises=book.production)


def test_a_mark_that_is_not_read_is_a_failure_of_its_chapter(produced):
    book, _ = produced
    path = book.folder / "out" / "package.json"
    told = json.loads(path.read_text())
    told["chapters"][0]["marks"] |= {"readable": 0, "unreadable": ["c01-0002"]}
    path.write_text(json.dumps(told))
    found = reporting.report(book.folder / "out")
    assert not found.is_whole
    assert [found.failures(chapter) for chapter in found.chapters] == [["marks of c01-0002"], []]


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["chapters"][0].pop("marks"),
        lambda told: told["chapters"][0]["marks"].update(unreadable=7),
        lambda told: told["chapters"].append(None),
        lambda told: told["files"].append({}),
        lambda told: told["chapters"][0]["rules"].append("RMS"),
        lambda told: told["chapters"][0].pop("number"),
        lambda told: told["chapters"][0]["mended"].update(hiss_s="much"),
    ],
)
def test_a_manifest_that_is_none_is_refused(produced, change):
    book, _ = produced
    path = book.folder / "out" / "package.json"
    told = json.loads(path.read_text())
    change(told)
    path.write_text(json.dumps(told))
    with pytest.raises(reporting.PackageInvalid):
        reporting.report(book.folder / "out")


def test_a_plan_that_changed_makes_the_changed_lines(produced):
    book, _ = produced
    text = (book.folder / "lamp.txt").read_text().replace("Nobody answered", "No one answered")
    (book.folder / "lamp.txt").write_text(text)
    planning.plan(book.session, book.brief(), revises=book.production)
    again = book.run()
    assert (again.rendered, again.reused) == (1, 6)


def test_an_engine_is_loaded_ahead_where_a_line_is_to_be_made(produced, monkeypatch):
    book, _ = produced
    loaded: list[object] = []

    def broken(engine):
        loaded.append(engine)
        raise OSError("no weights")

    monkeypatch.setattr(HibariEngine, "load", broken)
    takes.prepare(book.session, plans.opened(book.session, book.production))
    assert not loaded
    running.redo(book.session, book.production, "c02-0002")
    takes.prepare(book.session, plans.opened(book.session, book.production))
    assert len(loaded) == 1  # what is wrong with it is told by the line


def test_a_run_loads_the_engine_while_it_is_taken_up(produced, monkeypatch):
    book, _ = produced
    loaded: list[object] = []

    def load(engine):
        loaded.append(engine)

    monkeypatch.setattr(HibariEngine, "load", load)
    book.run()
    assert not loaded
    running.redo(book.session, book.production, "c02-0002")
    assert book.run().rendered == 1
    assert len(loaded) == 1


def test_the_recogniser_of_lines_is_let_go_before_a_chapter_is_made(book, monkeypatch):
    done = []
    monkeypatch.setattr(checking, "let_go", lambda: done.append("let go"))
    release = chapters.release
    monkeypatch.setattr(chapters, "release", lambda *words: done.append("made") or release(*words))
    book.run()
    assert done == ["let go", "made"] * 2
