"""The page is whole in itself, asks nobody for anything, and cannot be read without its parts for people."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from sayso.doors.page.folder import FILES, KEY, write_page
from sayso.mark.errors import DetectorKeyInvalid
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance.public_detector import read_key


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("page")
    session = open_session(
        Settings(home=base / "home", provider="Northwind Audio", contact="mailto:marks@northwind.example")
    )
    write_page(session, base / "page")
    write_page(session, base / "again")
    return base / "page"


class Elements(HTMLParser):
    """Every element with its attributes, and every id."""

    def __init__(self, text):
        super().__init__()
        self.all = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def elements(folder):
    return Elements((folder / "index.html").read_text()).all


def test_the_folder_holds_the_page_and_the_key_and_is_always_the_same(folder):
    assert {file.name for file in folder.iterdir()} == {*FILES, KEY}
    for file in folder.iterdir():
        assert file.read_bytes() == (folder.parent / "again" / file.name).read_bytes()
        assert file.stat().st_mode & 0o777 == 0o644
    read_key(folder / KEY)
    key = json.loads((folder / KEY).read_text())
    assert (key["operator"], key["contact"]) == ("Northwind Audio", "mailto:marks@northwind.example")


def test_a_changed_key_is_still_found_out(folder, tmp_path):
    key = json.loads((folder / KEY).read_text())
    (tmp_path / "key.json").write_text(json.dumps({**key, "public_pilot": "00" * 32}))
    with pytest.raises(DetectorKeyInvalid):
        read_key(tmp_path / "key.json")


def test_nothing_is_asked_of_anybody_else(folder):
    for name in FILES:
        text = (folder / name).read_text()
        addresses = set(re.findall(r"""https?://[^\s"'`)]+""", text)) - {"http://www.w3.org/2000/svg"}
        assert addresses == set(), name
        assert not re.search(
            r"\beval\(|new Function|innerHTML|document\.write|@import|XMLHttpRequest|sendBeacon", text
        ), name
    loaded = re.findall(
        r"""(?:from|fetch\(|new Worker\() ?["']([^"']+)["']""", "".join((folder / n).read_text() for n in FILES)
    )
    assert {one.removeprefix("./") for one in loaded} <= {*FILES, KEY}


def test_the_policy_allows_what_lies_beside_the_page_only(elements):
    (policy,) = [
        a["content"] for tag, a in elements if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert {rules[name] for name in ("script-src", "worker-src", "style-src", "connect-src")} == {"'self'"}
    assert not [a for tag, a in elements if "style" in a or any(name.startswith("on") for name in a)]
    assert all(a.get("src") for tag, a in elements if tag == "script")


def test_the_page_is_made_for_everybody(elements, folder):
    by_id = {a["id"]: (tag, a) for tag, a in elements if "id" in a}
    assert [a["lang"] for tag, a in elements if tag == "html"] == ["en"]
    assert sum(tag == "h1" for tag, _ in elements) == 1
    assert [a["for"] for tag, a in elements if tag == "label"] == ["file"]
    assert by_id["file"][1]["aria-describedby"] in by_id
    assert by_id["status"][1]["role"] == "status"
    assert by_id["alert"][1]["role"] == "alert"
    assert by_id["wave"][1]["role"] == "img"
    assert by_id["wave"][1]["aria-labelledby"] in by_id
    assert by_id["verdict"][1]["tabindex"] == "-1"  # so that the answer can be given the focus
    used = set(re.findall(r'\bat\("([a-z-]+)"\)', (folder / "page.js").read_text()))
    assert used <= set(by_id)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_stand_out_by_day_and_by_night(folder):
    text = re.sub(r"#fff\b", "#ffffff", (folder / "style.css").read_text())
    for scheme in re.findall(r":root \{([^}]*)\}", text):
        colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", scheme))
        for name in ("ink", "mark", "bad", "wave"):
            light, dark = sorted((luminance(colours[name]), luminance(colours["paper"])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, scheme)  # WCAG 2.2, 1.4.3
