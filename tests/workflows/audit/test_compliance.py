"""The compliance report counts what the ledger holds and quotes figures from a file, never from code."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sayso.audio import Container
from sayso.clock import now, stamp
from sayso.doors.reports.compliance import page
from sayso.doors.shapes.compliance import report as shape
from sayso.errors import Invalid, NotFound
from sayso.ledger import Entry, append
from sayso.ledger.acts import ClipMade
from sayso.settings import Settings
from sayso.workflows.audit.compliance import FIGURES, FiguresInvalid, compliance, read_figures
from sayso.workflows.installation.session import open_session
from sayso.workflows.speech.labels import plan
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices.voicebook import listed

MEASURES = ["1.1.1", "1.1.2", "1.1.3", "2", "3", "4"]
ROW = {
    "id": "x", "what": "misses <b>", "value": 2, "unit": "%", "sample": "10 clips", "bar": {"at_most": 1},
    "measures": ["3"], "command": "make bench ARGS=x", "date": "2026-11-22", "from": None,
}  # fmt: skip


def figures_file(folder: Path, *rows) -> Path:
    file = folder / "figures.json"
    file.write_text(json.dumps({"format": "sayso-figures", "version": 1, "figures": list(rows)}))
    return file


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Return an installation with clips of several kinds, one of them without a word on labels."""
    session = open_session(Settings(home=tmp_path_factory.mktemp("home"), provider="Northwind & Sons"))
    voice = next(voice.row.voice_id for voice in listed(session) if voice.row.engine == "hibari")
    folder = tmp_path_factory.mktemp("clips")
    order = Order("Good evening, and welcome to the news.", voice, "Northwind", "podcast/news", jurisdictions=("eu",))
    speak(session, order, folder / "1.wav")
    speak(session, replace(order, jurisdictions=("plain", "china")), folder / "2.opus")
    outcome = plan(("eu",), Container.WAV, announced=False, every_s=None, language="en", purpose="podcast").outcome(
        signed=True, readable=False
    )
    with session.act() as tx:
        append(tx, Entry(ClipMade.TYPES[0], stamp(now()), None, {"clip": "clp_aaaaaaaaaaaaaaaa", **outcome.facts()}))
        append(tx, Entry(ClipMade.TYPES[0], stamp(now()), None, {"clip": "clp_bbbbbbbbbbbbbbbb"}))
    return session


def test_it_counts_what_the_ledger_holds(session):
    clips = shape(compliance(session))["clips"]
    assert clips == {
        "made": 4,
        "without_record_of_labels": 1,
        "files_marked": 0,
        "layers": {"watermark": 2, "metadata": 2, "spoken": 2, "rhythm": 1, "aigc": 1, "notice": 2},
        "jurisdictions": {
            "china": {"clips": 1, "lacking_a_layer": 0},
            "eu": {"clips": 2, "lacking_a_layer": 1},
            "plain": {"clips": 1, "lacking_a_layer": 0},
        },
    }


def test_a_period_bounds_it(session):
    assert shape(compliance(session, since="2999-01-01"))["clips"]["made"] == 0
    assert shape(compliance(session, until="2020-01-01"))["clips"]["made"] == 0
    assert shape(compliance(session, since="2020-01-01", until="2999-01-01"))["clips"]["made"] == 4
    for since, until in (("2026-02-02", "2026-02-01"), ("2026-02-01", "2026-02-01"), ("yesterday", None)):
        with pytest.raises(Invalid):
            compliance(session, since=since, until=until)


def test_each_measure_is_there_with_its_clips_and_figures(session, tmp_path):
    met = {**ROW, "id": "y", "value": 1, "measures": ["2", "3"]}
    figures = figures_file(tmp_path, ROW, met, {**ROW, "bar": None, "measures": []})
    report = shape(compliance(session, figures=figures))
    measures = {one["measure"]: one for one in report["measures"]}
    assert list(measures) == MEASURES
    assert [measures[code]["clips_with_it"] for code in MEASURES] == [2, 2, None, None, None, None]
    assert [figure["met"] for figure in measures["3"]["figures"]] == [False, True]
    assert [figure["value"] for figure in measures["2"]["figures"]] == [1.0]
    assert measures["1.1.1"]["figures"] == []
    assert (report["provider"], report["legal_advice"]) == ("Northwind & Sons", False)
    assert report["log"]["size"] == session.log.integrate().size


def test_no_figure_stands_in_the_code():
    for file in (
        "src/sayso/workflows/audit/compliance.py",
        "src/sayso/labels/code_of_practice.toml",
    ):
        text = (FIGURES.parents[1] / file).read_text()
        assert not re.search(r"\d\s?(?:%|ms\b|dB\b|times real)", text), file


@pytest.mark.parametrize("spoil", ["not json", "[]", '{"format": "x", "figures": []}', '{"format": "sayso-figures"}'])
def test_a_file_that_holds_no_figures_is_refused(tmp_path, spoil):
    (tmp_path / "figures.json").write_text(spoil)
    with pytest.raises(FiguresInvalid, match="expected a file of figures"):
        read_figures(tmp_path / "figures.json")
    with pytest.raises(NotFound):
        read_figures(tmp_path / "absent.json")


@pytest.mark.parametrize("bad", [{"value": "many"}, {"value": None}, {"bar": {"at_least": "x"}}, {"measures": None}])
def test_a_malformed_row_is_named(tmp_path, bad):
    with pytest.raises(FiguresInvalid, match="malformed row 'x'"):
        read_figures(figures_file(tmp_path, {**ROW, **bad}))
    with pytest.raises(FiguresInvalid, match="malformed row"):
        read_figures(figures_file(tmp_path, "no row"))


class Text(HTMLParser):
    """The text of a page, and its elements."""

    def __init__(self, html):
        super().__init__()
        self.text, self.tags = "", []
        self.feed(html)

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)


def test_the_page_says_it_all_escaped_and_without_script(session, tmp_path):
    html = page(compliance(session, figures=figures_file(tmp_path, ROW)))
    seen = Text(html)
    assert "script" not in seen.tags
    assert "b" not in seen.tags
    for part in (
        "Northwind & Sons",
        "misses <b>",
        "2 %",
        "MISSED (at most 1)",
        "make bench ARGS=x",
        "2 of 4",
        "Not legal advice",
        *MEASURES,
    ):
        assert part in seen.text
    assert "default-src 'none'" in html
    assert seen.tags.count("h1") == 1


def test_without_figures_the_page_says_so(session, monkeypatch):
    monkeypatch.setattr("sayso.workflows.audit.compliance.FIGURES", Path("/nowhere/figures.json"))
    assert "No file of figures was at hand" in page(compliance(session))
