"""``sayso fairness judge``: the contract of its answer, its page and its exit codes."""

from __future__ import annotations

import pytest

from .program import Program

GAPS = {"pass": (0.0, 0), "fail": (0.2, 5), "insufficient": (0.0, 4)}


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path)


def table(folder, gap, speakers):
    rows = [
        f"{n},{group},likeness,{level + (n % 7) / 100 + repeat / 1000},{kind}"
        for group, level in (("women", 0.8 - gap), ("men<b>", 0.8))
        for n in range(speakers)
        for kind in ("synthetic",)
        for repeat in range(2)
    ]
    path = folder / "table.csv"
    path.write_text("speaker,group,metric,value,kind\n" + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize(("verdict", "speakers"), [("pass", 40), ("fail", 40), ("insufficient", 5)])
def test_the_verdict_decides_the_exit_code(program, tmp_path, verdict, speakers):
    gap, code = GAPS[verdict]
    found = program.json("fairness", "judge", table(tmp_path, gap, speakers), code=code)
    assert found["verdict"] == verdict
    assert [row["group"] for row in found["groups"]] == ["men<b>", "women"]
    assert (found["needed"] is not None) == (verdict == "insufficient")


def test_the_page_shows_each_group_and_escapes_its_name(program, tmp_path):
    program.json("fairness", "judge", table(tmp_path, 0.2, 40), "-o", tmp_path / "page.html", code=5)
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "men&lt;b&gt;" in page
    assert page.count("<circle") == 2
    assert "women: worse than the others, by 0.2; more than chance" in page
    assert "cosine of speaker embeddings" in page
    _, _, left_out = page.partition("Not measured")
    assert "share of enrolments refused" in left_out
    assert "cosine of speaker" not in left_out


def test_a_drift_is_an_alarm_with_an_exit_code_and_a_metric(program, tmp_path):
    head = "speaker,stratum,metric,value,consented\n"
    for name, level in (("before", 3.0), ("now", 2.5)):
        rows = (f'{n % 25},"ph""one",ovrl,{level + n % 7 / 10},{"no" if n % 10 == 0 else "yes"}\n' for n in range(400))
        (tmp_path / f"{name}.csv").write_text(head + "".join(rows))
    words = ("fairness", "monitor", "now.csv", "--baseline", "before.csv")
    found = program.json(*words, "--metrics", "drift.prom", code=5)
    assert (found["alarms"], found["unconsented"]) == (1, 80)
    metric = (tmp_path / "drift.prom").read_text()
    assert 'sayso_fairness_drift_alarm{stratum="ph\\"one",metric="ovrl"} 1\n' in metric
    assert program.run(*words, "--metrics", "drift.prom").returncode == 4
    assert "ALARM at sample" in program.run(*words).stdout
    assert program.run(*words, "--served").returncode == 5
    assert (tmp_path / "home" / "drift.prom").read_text() == metric
    assert program.run("fairness", "monitor", "before.csv", "--baseline", "before.csv").returncode == 0
    assert program.run("fairness", "monitor", "absent.csv", "--baseline", "before.csv").returncode == 2


def test_a_collection_request_shows_its_progress(program, tmp_path):
    words = ("--terms", "clone and judge", "--payment", "order 7")
    (tmp_path / "few").mkdir()
    few, more = table(tmp_path / "few", 0.0, 5), table(tmp_path, 0.0, 8)
    asked = program.json("fairness", "collect", few, *words)
    assert {(one["group"], one["have"], one["needed"]) for one in asked["quotas"]} == {
        ("women", 5, 10),
        ("men<b>", 5, 10),
    }
    later = program.json("fairness", "collect", more, "--since", few, *words)
    assert (asked["missing"], later["missing"]) == (10, 4)
    assert program.run("fairness", "collect", table(tmp_path, 0.0, 40), *words).returncode == 2
    assert program.run("fairness", "collect", few, "--terms", " ", "--payment", "x").returncode == 2


def test_a_remedy_is_judged_on_other_speakers(program, tmp_path):
    for name in ("better", "worse"):
        (tmp_path / name).mkdir()
    better, worse = table(tmp_path / "better", 0.0, 60), table(tmp_path / "worse", 0.2, 60)
    rows = [path.read_text().replace(",women", "w,women") for path in (better, worse)]
    for path, text in zip((better, worse), rows, strict=True):
        path.write_text(text)
    found = program.json("fairness", "remedy", worse, "--with", better)
    assert (found["verdict_before"], found["verdict_after"], found["chooser"]) == ("fail", "pass", "likeness")
    assert program.json("fairness", "remedy", worse, "--with", better, "--chooser", "benefit", code=2)["error"]
    assert {one["group"]: one["speakers"] for one in found["groups"]} == {"men<b>": 30, "women": 30}
    assert program.json("fairness", "remedy", worse, "--with", worse, code=5)["cut"] is None
    assert program.run("fairness", "remedy", worse, "--with", tmp_path / "absent.csv").returncode == 2


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("mark:standard",), "cohort-usage"),
        (("mark:standard", "cohort.csv", "--workers", "3"), "runner-usage"),
        (("mark:standard", "cohort.csv", "--runner", "spark"), "runner-invalid"),
        (("mark:standard", "cohort.csv", "--corpus", "lamp"), "cohort-usage"),
        (("engine:hibari", "--corpus", "lamp", "--by", "sex"), "corpus-usage"),
        (("mark:standard", "--corpus", "lamp", "--by", "sex"), "corpus-unknown"),
    ],
)
def test_people_to_measure_are_named_once(program, words, error):
    code = 3 if error == "corpus-unknown" else 2
    assert program.json("fairness", "measure", *words, "--table", "table.csv", code=code)["error"] == error


def test_columns_without_a_corpus_are_not_dropped(program, tmp_path):
    words = ("--terms", "clone", "--payment", "order 7", "--by", "sex")
    assert program.json("fairness", "collect", table(tmp_path, 0.0, 5), *words, code=2)["error"] == "collect-usage"
