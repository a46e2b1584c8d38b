"""What the page does with a file, on a stand-in for a browser: what it says, links, shows and stops."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

NODE = shutil.which("node")
PAGE = Path(str(files("sayso.doors.page"))) / "page.js"
KEY = {"operator": "Northwind <b>", "key_id": "0123456789abcdef", "contact": "https://northwind.example/marks"}
PRESENT = {
    "found": {"present": True, "durationS": 2, "log10P": -30.5, "passages": [{"startS": 0.5, "endS": 1.75}]},
    "peaks": [0.1, 0.5, 0.2, 0.0],
}

pytestmark = pytest.mark.skipif(NODE is None, reason="THE PAGE IS NOT TESTED: node is not installed")


def seen(*names, key=KEY, playable=True, message=None):
    case = {"key": key, "files": names, "playable": playable, "message": message}
    words = [NODE, str(Path(__file__).parent / "stub.mjs"), str(PAGE), json.dumps(case)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_file_is_looked_at_and_the_answer_said_and_shown():
    found = seen("a.wav", message=PRESENT)
    assert found["result"]
    assert found["verdict"] == "A mark of Northwind <b> is present"
    assert found["status"] == "a.wav: A mark of Northwind <b> is present"
    assert (found["rows"], found["boxes"]) == ([[1, "0:00.5", "0:01.8"]], 1)
    assert (found["focused"], found["alert"], found["posted"]) == ("verdict", None, [24000])


def test_the_page_waits_for_its_key():
    without = seen(key=None)
    assert not without["enabled"]
    assert "key.json" in without["alert"]
    with_it = seen()
    assert (with_it["enabled"], with_it["operator"], with_it["alert"]) == (True, "Northwind <b>", None)


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (
            "https://northwind.example/marks",
            ["a", "https://northwind.example/marks", "https://northwind.example/marks"],
        ),
        ("mailto:marks@northwind.example", ["a", "mailto:marks@northwind.example", "marks@northwind.example"]),
        ("javascript:alert(1)", ["#text", None, "javascript:alert(1)"]),
        ("Northwind, 1 Harbour Street", ["#text", None, "Northwind, 1 Harbour Street"]),
    ],
)
def test_only_an_address_becomes_a_link(contact, shown):
    assert seen(key={**KEY, "contact": contact})["contact"] == [shown]


def test_what_cannot_be_played_or_is_too_large_is_said():
    assert "is no sound that this browser can play" in seen("text.txt", playable=False)["alert"]
    huge = seen("huge.wav")
    assert "use the command line" in huge["alert"].lower()
    assert huge["posted"] == []
    assert seen("a.wav", message={"problem": "The key is damaged."})["alert"] == "The key is damaged."


def test_a_new_file_ends_the_search_of_the_one_before():
    assert seen("a.wav", "b.wav")["terminated"] == 1
