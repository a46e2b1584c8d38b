"""Benches measure what is here on people who consented, go on where they stopped, and feed the gate."""

from __future__ import annotations

import json

import pytest

from sayso.audio import Container, encode
from sayso.consent.errors import ConsentRefused
from sayso.enrollment.same_speaker import PASS_SCORE, REVIEW_SCORE
from sayso.fairness.cohort import read_cohort
from sayso.fairness.errors import CohortInvalid, SubjectInvalid
from sayso.fairness.subject import SubjectName
from sayso.fairness.table import SampleKind, read_table
from sayso.workflows.benches.measuring import measure
from sayso.workflows.fairness import judging
from sayso.workflows.fairness.versions import version_of
from sayso.workflows.speech.orders import Order
from sayso.workflows.voices.voicebook import row_of
from tests.doors.program import Program


@pytest.fixture
def people(speech, tmp_path):
    """Return a function that makes a cohort of two recordings, with a voice."""

    def made(voice=""):
        for name, start in (("a.wav", 0), ("b.wav", 24_000)):
            (tmp_path / name).write_bytes(encode(speech.slice(start, start + 96_000), Container.WAV))
        lines = (f"a.wav,Ada,yes,women,{voice}", f"b.wav,Ben,yes,men,{voice}", f"absent.wav,Cy,no,men,{voice}")
        (tmp_path / "cohort.csv").write_text("file,speaker,consented,group,voice\n" + "\n".join(lines) + "\n")
        return read_cohort(tmp_path / "cohort.csv")

    return made


def means(table):
    return {(cell.speaker, cell.metric, cell.kind): one.mean for cell, one in read_table(table).cells.items()}


def test_the_watermark_is_measured_and_judged_at_the_gate(estate, people, tmp_path):
    table, cohort = tmp_path / "table.csv", people()
    found = measure(estate.session, "mark:standard", cohort, table, order=None)
    assert (found.samples, found.new, found.unconsented) == (2, 2, 1)
    told = means(table)
    assert {one[1] for one in told} == {"ovrl", "likeness", "detected", "detected_phone"}
    assert told["Ada", "detected", SampleKind.SYNTHETIC] == told["Ben", "detected", SampleKind.SYNTHETIC] == 1.0
    assert all(told[name, "likeness", SampleKind.SYNTHETIC] > 0.9 for name in ("Ada", "Ben"))
    before = table.read_bytes()
    again = measure(estate.session, "mark:standard", cohort, table, order=None)
    assert (again.samples, again.new, table.read_bytes()) == (2, 0, before)
    assert judging.judged(estate.session, "mark:standard", table).outcome == "insufficient"


def test_repair_gains_under_noise(estate, people, tmp_path):
    measure(estate.session, "restoration:repair", people(), tmp_path / "table.csv", order=None)
    told = means(tmp_path / "table.csv")
    assert {one[1] for one in told} == {"benefit", "sdr", "likeness"}
    assert told["Ada", "sdr", SampleKind.SYNTHETIC] > 1  # dB: nothing is gained where nothing is done
    assert told["Ada", "likeness", SampleKind.REAL] < told["Ada", "likeness", SampleKind.SYNTHETIC] < 1


@pytest.mark.slow
def test_an_engine_speaks_in_the_people_s_voices_under_their_grants(estate, people, tmp_path):
    order, table = Order("", "", estate.order().licensee, estate.order().purpose), tmp_path / "table.csv"
    subject = f"engine:{row_of(estate.session, estate.voice).engine}"
    measure(estate.session, subject, people(estate.voice), table, order=order)
    told = means(table)
    assert {"likeness", "ovrl", "pitch", "latency"} <= {one[1] for one in told}
    assert 0 < told["Ada", "latency", SampleKind.SYNTHETIC] < 60
    assert ("Ada", "pitch", SampleKind.REAL) in told
    table.unlink()
    with pytest.raises(ConsentRefused):
        measure(estate.session, subject, people(estate.voice), table, order=Order("", "", "Nobody", "podcast"))
    with pytest.raises(CohortInvalid, match="expected one of the engine"):
        measure(estate.session, subject, people(), tmp_path / "other.csv", order=order)


def test_models_are_measured_and_what_no_bench_measures_is_told(estate, people, tmp_path):
    measure(estate.session, "model:campplus", people(), tmp_path / "verifier.csv", order=None)
    measure(estate.session, "model:silero-vad", people(), tmp_path / "intake.csv", order=None)
    assert means(tmp_path / "intake.csv")["Ada", "refused", SampleKind.SYNTHETIC] == 0.0
    measure(estate.session, "enrollment:speaker", people(), tmp_path / "enrolled.csv", order=None)
    told = means(tmp_path / "enrolled.csv")
    for name in ("Ada", "Ben"):
        score = told[name, "score", SampleKind.SYNTHETIC]
        assert 0.75 < score < 1.6
        assert told[name, "passed", SampleKind.SYNTHETIC] == float(score >= PASS_SCORE)
        assert told[name, "refused", SampleKind.SYNTHETIC] == float(score < REVIEW_SCORE)
    for subject in ("model:dnsmos", f"engine:{row_of(estate.session, estate.voice).engine}"):
        with pytest.raises(SubjectInvalid, match="expected engine:NAME with a licensee"):
            measure(estate.session, subject, people(), tmp_path / "none.csv", order=None)
    with pytest.raises(SubjectInvalid, match="for an engine alone"):
        measure(estate.session, "mark:standard", people(), tmp_path / "none.csv", order=estate.order())
    assert not (tmp_path / "none.csv").exists()


def test_a_recording_without_speech_is_named(estate, people, tmp_path):
    cohort = people()
    (tmp_path / "b.wav").write_bytes(b"no sound")
    with pytest.raises(CohortInvalid, match=r"b\.wav: "):
        measure(estate.session, "model:campplus", cohort, tmp_path / "table.csv", order=None)


def test_one_recording_twice_is_refused_and_one_that_is_missing(estate, people, tmp_path):
    cohort = people()
    (tmp_path / "b.wav").write_bytes((tmp_path / "a.wav").read_bytes())
    with pytest.raises(CohortInvalid, match="twice"):
        measure(estate.session, "mark:standard", cohort, tmp_path / "table.csv", order=None)
    (tmp_path / "b.wav").unlink()
    with pytest.raises(CohortInvalid, match="cannot be read"):
        measure(estate.session, "mark:standard", cohort, tmp_path / "table.csv", order=None)
    assert not (tmp_path / "table.csv").exists()


def test_repair_that_is_fuller_is_another_version_and_gains_no_less(estate, people, tmp_path):
    cohort, tables = people(), [tmp_path / f"{name}.csv" for name in ("repair", "fuller", "cut")]
    for table, subject in zip(tables, ("repair", "fuller", "fuller:0.3"), strict=True):
        measure(estate.session, f"restoration:{subject}", cohort, table, order=None)
    plain, fuller, cut = (means(table) for table in tables)
    for name in ("Ada", "Ben"):
        key = (name, "benefit", SampleKind.SYNTHETIC)
        assert plain[key] <= fuller[key]
        assert cut[key] == pytest.approx(fuller[key] if plain[key] < 0.3 else plain[key])
    assert len({version_of(SubjectName.parse(f"restoration:{one}")) for one in ("repair", "fuller", "fuller:0.3")}) == 3
    for name in ("restoration:fuller:", "restoration:fuller:nan", "restoration:gentle", "restoration:repair:1"):
        with pytest.raises(SubjectInvalid, match="restoration:fuller:GAIN"):
            version_of(SubjectName.parse(name))


def test_workers_find_the_same_in_the_same_order_and_an_error_names_its_recording(estate, people, tmp_path):
    cohort, here, there = people(), tmp_path / "here.csv", tmp_path / "there.csv"
    measure(estate.session, "model:campplus", cohort, here, order=None)
    assert measure(estate.session, "model:campplus", cohort, there, order=None, runner=native()).new == 2
    assert (
        list(means(here)) == list(means(there)) == [(name, "likeness", SampleKind.SYNTHETIC) for name in ("Ada", "Ben")]
    )
    assert means(here) == pytest.approx(means(there), abs=1e-5)
    (tmp_path / "b.wav").write_bytes(b"no sound")
    with pytest.raises(CohortInvalid, match=r"b\.wav: "):
        measure(estate.session, "model:campplus", cohort, there, order=None, runner=native())


@pytest.mark.slow
def test_a_worker_marks_for_who_asked(estate, people, tmp_path):
    table = tmp_path / "table.csv"
    measure(estate.session, "mark:standard", people(), table, order=None, runner=native())
    assert means(table)["Ben", "detected", SampleKind.SYNTHETIC] == 1.0


@pytest.mark.slow
def test_on_ray_the_figures_are_the_same(estate, people, tmp_path):
    people()
    program = Program(tmp_path)
    words = ("fairness", "measure", "restoration:repair", "cohort.csv")
    program.json(*words, "--table", "here.csv")
    # In a process of its own: one that ran natively once cannot run on Ray.
    done = program.spawn(*words, "--table", "there.csv", "--runner", "ray", "--json", text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["samples"], found["new"]) == (2, 2)
    assert means(tmp_path / "here.csv") == pytest.approx(means(tmp_path / "there.csv"), abs=1e-4)


def native():
    pytest.importorskip("daft", reason="of the extra corpus")
    from sayso.corpus.program import Runner

    return Runner(workers=2)
