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
