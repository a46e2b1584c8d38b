"""The commands around labels, run as a program would run them: shapes, refusals, files."""

from __future__ import annotations

import contextlib
import io
import json

import pytest

from sayso.doors.cli.main import run

LICENSEE = "Northwind Audio"


class Program:
    """The program ``sayso`` in this process, with a home of its own."""

    def __init__(self, folder):
        self.folder = folder

    def json(self, *words, code=0):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            assert run([*map(str, words), "--json"]) == code, out.getvalue()
        return json.loads(out.getvalue())


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    contact = {"SAYSO_PROVIDER": "Northwind Audio", "SAYSO_CONTACT": "https://northwind.example/marks"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"SAYSO_HOME": str(folder / "home"), **contact}.items():
            patch.setenv(name, value)
        yield Program(folder)


@pytest.fixture(scope="module")
def clip(program):
    voices = program.json("voice", "list")["voices"]
    voice = next(voice["voice"] for voice in voices if voice["engine"] == "hibari")
    words = ("say", "Good evening.", "--voice", voice, "--licensee", LICENSEE, "--purpose", "podcast/news")
    refused = program.json(*words, "--jurisdiction", "eu", "-o", program.folder / "no.opus", code=2)
    assert (refused["error"], (program.folder / "no.opus").exists()) == ("label-impossible", False)
    unknown = program.json(*words, "--jurisdiction", "eu,atlantis", "-o", program.folder / "no.wav", code=2)
    assert unknown["error"] == "jurisdiction-unknown"
    return program.json(*words, "--jurisdiction", "eu,china", "-o", program.folder / "out.mp3")


def test_say_tells_which_labels_the_clip_carries(program, clip):
    assert clip["labels"]["jurisdictions"] == ["eu", "china"]
    assert clip["labels"]["missing"] == []
    read = program.json("labels", "read", program.folder / "out.mp3")
    assert json.loads(read["tags"]["AIGC"])["ContentProducer"] == "Northwind Audio"
    beside = json.loads((program.folder / "out.mp3.labels.json").read_text())
    assert beside["carried"] == clip["labels"]["carried"]


def test_the_table_is_listed_and_shown(program):
    rows = program.json("labels", "list")["jurisdictions"]
    (china,) = program.json("labels", "list", "china")["jurisdictions"]
    assert china in rows
    assert program.json("labels", "list", "atlantis", code=2)["error"] == "jurisdiction-unknown"


def test_the_report_counts_the_clip_and_writes_a_page(program, clip):
    report = program.json("report", "compliance", "-o", program.folder / "report.html")
    assert (report["format"], report["clips"]["made"], report["provider"]) == ("sayso-compliance", 1, "Northwind Audio")
    assert report["clips"]["jurisdictions"]["eu"] == {"clips": 1, "lacking_a_layer": 0}
    assert "Northwind Audio" in (program.folder / "report.html").read_text()


def test_the_page_is_published_with_its_key_and_finds_the_clip(program, clip):
    published = program.json("mark", "publish", "--page", program.folder / "page")
    assert published["contact"] == "https://northwind.example/marks"
    found = program.json("detect", program.folder / "out.mp3", "--key", program.folder / "page" / "key.json")
    assert found["present"]
    assert program.json("mark", "publish", code=2)["message"].startswith("got no output")
