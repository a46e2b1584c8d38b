"""What everybody may ask: where a sound came from, how to look for the mark, and a cosignature; and nothing else."""

from __future__ import annotations

import json
import socket
from urllib.parse import quote, urlsplit

import httpx
import pytest

from sayso.audio import Container, decode, encode
from sayso.credentials import read_manifest
from sayso.doors.api.problems import answer
from sayso.doors.page.folder import FILES
from sayso.errors import Unavailable
from sayso.ledger.cosigning import WitnessAddress
from sayso.ledger.witness import witness_key
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance.public_detector import detect_public, read_key
from sayso.workflows.speech.speaking import speak
from tests.doors.api.conftest import started, stopped

PUBLIC = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/matches/byBinding"),
    ("post", "/matches/byBinding"),
    ("post", "/matches/byContent"),
    ("get", "/manifests/{manifest}"),
    ("get", "/services/supportedAlgorithms"),
    ("get", "/detector/"),
    ("get", "/detector/key.json"),
    ("get", "/detector/{file}"),
    ("post", "/add-checkpoint"),
}


@pytest.fixture(scope="module")
def open_house(template, tmp_path_factory):
    """A server that answers everything that everybody may ask; with its address, its home, and a file that it made."""
    folder = tmp_path_factory.mktemp("open")
    estate = template.copied(folder)
    session = estate.session
    spoken = speak(session, estate.order(), folder / "made.wav")
    witness = witness_key(folder / "witness", "w.example/w").verifier
    named = {
        "SAYSO_PUBLIC_ROUTES": "resolver,detector",
        "SAYSO_WITNESS_FOLDER": str(folder / "witness"),
        "SAYSO_WITNESS_LOGS": str(session.log.vkey),
    }
    home = session.settings.home
    session.close()
    process, url = started(home, **named)
    with httpx.Client(base_url=url, timeout=60) as http:
        yield http, home, folder / "made.wav", spoken, WitnessAddress(url, witness)
    assert stopped(process) == 0


def test_a_file_without_its_credentials_finds_its_manifest(open_house):
    http, home, made, spoken, _ = open_house
    stripped = encode(decode(made), Container.OPUS)
    found = http.post("/matches/byContent", content=stripped, headers={"content-type": "audio/ogg"})
    assert (found.status_code, found.headers["access-control-allow-origin"]) == (200, "*")
    (match,) = found.json()["matches"]
    manifest = http.get(f"/manifests/{quote(match['manifestId'], safe='')}")
    assert manifest.headers["content-type"] == "application/c2pa"
    session = open_session(Settings(home=home))
    assert str(read_manifest(manifest.content, anchors_pem=session.anchors_pem()).facts.mark) == spoken.mark
    session.close()
    before = http.options("/matches/byContent")
    assert (before.status_code, before.headers["access-control-allow-methods"]) == (204, "GET, POST")


def test_a_mistake_is_told_in_the_one_shape(open_house):
    http = open_house[0]
    wrong = {
        400: http.get("/matches/byBinding?alg=com.example.1&value=00"),
        404: http.get("/manifests/urn:c2pa:00000000-0000-4000-8000-000000000000"),
        405: http.get("/matches/byContent"),
        411: http.post("/matches/byContent", content=iter([b"x"]), headers={"content-type": "audio/wav"}),
        413: http.post("/matches/byBinding", content=b"x" * 200_000),
        415: http.post("/matches/byContent", content=b"<svg/>", headers={"content-type": "image/svg+xml"}),
    }
    for status, told in wrong.items():
        assert (told.status_code, told.headers["content-type"]) == (status, "application/problem+json")
        assert set(told.json()) == {"type", "title", "status", "detail", "error", "reasons", "hint"}
        assert told.headers["access-control-allow-origin"] == "*"


def test_who_is_sent_away_is_told_when_to_come_back():
    assert answer(Unavailable("too many sounds are being searched"), "/matches/byContent").headers["retry-after"] == "5"


def test_the_page_is_given_whole_and_its_key_finds_the_mark(open_house, tmp_path):
    http, _, made, _, _ = open_house
    assert http.get("/detector/").text == http.get("/detector/index.html").text
    for name in FILES:
        part = http.get(f"/detector/{name}")
        assert part.status_code == 200
        assert part.headers["x-content-type-options"] == "nosniff"
    assert http.get("/detector/page.js").headers["content-type"].startswith("text/javascript")
    assert http.get("/detector/..%2ffolder.py").status_code == 404
    (tmp_path / "key.json").write_bytes(http.get("/detector/key.json").content)
    assert detect_public(read_key(tmp_path / "key.json"), made).scan.passages


def test_a_log_gets_its_cosignature(open_house):
    http, home, _, _, witness = open_house
    session = open_session(Settings(home=home))
    assert session.log.cosign([witness]).by == ("w.example/w",)
    session.close()
    refused = http.post("/add-checkpoint", content=b"rubbish")
    assert (refused.status_code, refused.headers["content-type"]) == (400, "text/plain; charset=utf-8")


def test_nothing_else_is_answered_without_a_key_and_none_of_it_makes_sound(open_house):
    http = open_house[0]
    told = http.get("/openapi.json").json()
    routes = {(method, path): one for path, methods in told["paths"].items() for method, one in methods.items()}
    assert {route for route, one in routes.items() if one.get("security") == []} == PUBLIC
    for method, path in set(routes) - PUBLIC:
        status = http.request(method, path.replace("{", "").replace("}", ""), json={}).status_code
        assert status == 401, (method, path)
    for method, path in PUBLIC:
        answers = routes[method, path]["responses"].values()
        assert not [kind for one in answers for kind in one.get("content", {}) if kind.startswith("audio/")]


def test_what_is_not_set_up_is_not_there(server):
    with server.http(None) as http:
        assert http.get("/services/supportedAlgorithms").status_code == 200
        assert http.get("/detector/").status_code == http.get("/detector/key.json").status_code == 404
        assert http.post("/add-checkpoint", content=b"x").status_code == 404
        assert "/add-checkpoint" not in http.get("/openapi.json").json()["paths"]


@pytest.mark.parametrize(
    ("head", "status"), [(b"GET /" + b"x" * 70_000, 414), (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, 431)]
)
def test_a_head_beyond_all_bounds_is_refused_in_the_one_shape(server, head, status):
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port), timeout=20) as raw:
        raw.sendall(head + (b" HTTP/1.1" if status == 414 else b"") + b"\r\n\r\n")
        got = raw.makefile("rb").read()
    assert got.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(got.partition(b"\r\n\r\n")[2])["status"] == status
