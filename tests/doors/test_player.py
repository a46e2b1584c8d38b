"""The player page names each line that stands out, with its sound, and takes no words of a book for markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from sayso.doors.player import write_page
from sayso.workflows.productions.reporting import PackageInvalid, PackageReport


class Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.sounds, self.words = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sounds += [value for name, value in attrs if tag == "audio" and name == "src"]

    def handle_data(self, data):
        self.words += data


@pytest.fixture
def package(tmp_path):
    lines = [
        {"line": "c01-0001", "who": "narrator", "text": "Good.", "start_ms": 0, "end_ms": 900, "problems": []},
        {
            "line": "c01-0002",
            "who": "<b>",
            "text": "<script>x</script>",
            "start_ms": 1000,
            "end_ms": 2500,
            "problems": ["clipping: 9 samples at full scale"],
        },
    ]
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "01.json").write_text(json.dumps({"lines": lines}))
    return PackageReport("prd_a", "", ("chapters/01.mp3",), (), [{"number": 1}, {"number": 2}], (), ())


def test_each_line_that_stands_out_is_heard_from_its_chapter(package, tmp_path):
    seen = Seen(write_page(package, tmp_path).read_text())
    assert seen.sounds == ["chapters/01.mp3#t=1.00,2.50"]
    assert "c01-0002" in seen.words
    assert "c01-0001" not in seen.words
    assert "sayso produce redo prd_a c01-0002" in seen.words
    assert "<script>x</script>" in seen.words
    assert not {"script", "b"} & set(seen.tags)


def test_a_record_that_is_none_is_refused(package, tmp_path):
    (tmp_path / "chapters" / "01.json").write_text('{"lines": [1]}')
    with pytest.raises(PackageInvalid):
        write_page(package, tmp_path)
