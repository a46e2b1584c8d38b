"""The resolver as strangers meet it: the API's shapes, one line for each mistake, and limits that hold."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import quote

import numpy as np
import pytest

from sayso.audio import Container, Signal, decode, encode
from sayso.credentials import MARK_ALGORITHM, read_manifest, store
from sayso.doors.api.resolver.limits import Limits
from sayso.doors.api.resolver.server import ResolverServer
from sayso.errors import Invalid
from sayso.fingerprint import Fingerprint, features_of
from sayso.mark import Mark
from sayso.settings import Settings
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance.resolving import FINGERPRINT_ALGORITHM, Resolver
from sayso.workflows.speech.speaking import speak


@contextlib.contextmanager
def program(session):
    """Run ``sayso resolver serve`` as a program of its own; yield its address."""
    command = [sys.executable, "-c", "from sayso.doors.cli.main import main; main()"]
    command += ["resolver", "serve", "--port", "0", "--json"]
    env = {**os.environ, "SAYSO_HOME": str(session.settings.home)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env) as running:
        try:
            yield json.loads(running.stdout.readline())["url"]
        finally:
            running.terminate()


@contextlib.contextmanager
def serving(resolver, **limits):
    with ResolverServer(resolver, limits=Limits(**limits)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def test_a_stripped_file_finds_its_manifest_again_and_after_erasure_nothing(estate, tmp_path, client_of):
    session = estate.session
    spoken = speak(session, estate.order(), tmp_path / "out.wav")
    stripped = encode(decode(tmp_path / "out.wav"), Container.OPUS)
    with program(session) as url:
        client = client_of(url)
        found = client.sound(stripped, kind="audio/ogg")
        assert (found.status, found.headers["content-type"]) == (200, "application/json")
        (match,) = found.json["matches"]
        assert match["similarityScore"] == 100
        manifest = client.get(f"/manifests/{quote(match['manifestId'], safe='')}")
        assert (manifest.status, manifest.headers["content-type"]) == (200, "application/c2pa")
        recovered = read_manifest(manifest.body, anchors_pem=session.anchors_pem())
        assert recovered.trusted
        assert not recovered.intact  # the file is another one now
        assert (str(recovered.facts.mark), recovered.facts.grant_id) == (spoken.mark, estate.grant)
        assert recovered.facts.is_synthetic

        encoded = base64.b64encode(spoken.mark.encode()).decode()
        for value in (spoken.mark, encoded, encoded.rstrip("=")):
            by_mark = client.get(f"/matches/byBinding?alg={MARK_ALGORITHM}&value={quote(value)}")
            assert by_mark.json == {"matches": [match]}
        asked = json.dumps({"alg": MARK_ALGORITHM, "value": encoded})
        assert client.ask("POST", "/matches/byBinding", asked).json == {"matches": [match]}

        erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
        assert client.sound(stripped, kind="audio/ogg").json == {"matches": []}
        assert client.get(f"/matches/byBinding?alg={MARK_ALGORITHM}&value={spoken.mark}").json == {"matches": []}
        gone = client.get(f"/manifests/{match['manifestId']}")
        never = client.get("/manifests/urn:c2pa:00000000-0000-4000-8000-000000000000")
        assert (gone.status, gone.body) == (404, never.body)


@pytest.fixture(scope="module")
def resolver(tmp_path_factory):
    """A resolver of an installation that has made nothing."""
    return Resolver(open_session(Settings(home=tmp_path_factory.mktemp("empty") / "home")))


@pytest.fixture(scope="module")
def client(resolver, client_of):
    with serving(resolver, sound_s=60) as server:
        yield client_of(server.url)


def test_a_sound_without_its_mark_is_found_by_content(estate, make_estate, tmp_path):
    """The same words by the same voice from another installation: the same sound, with a mark that is none of ours."""
    spoken = speak(estate.session, estate.order(), tmp_path / "out.wav")
    other = make_estate(open_session(Settings(home=tmp_path / "other")))
    speak(other.session, other.order(), tmp_path / "elsewhere.wav")
    sound = (tmp_path / "elsewhere.wav").read_bytes()
    ours, asked = Resolver(estate.session), {"most": 10, "max_duration_s": 60}
    (match,) = ours.by_content(sound, **asked)
    assert 60 < match.similarity < 100
    with estate.session.read() as tx:
        assert store.get_manifest(tx, match.manifest_id).clip_id == spoken.clip
    assert ours.by_content(sound, **asked, algorithm=MARK_ALGORITHM) == []
    assert ours.by_content(sound, **asked, algorithm=FINGERPRINT_ALGORITHM) == [match]
    value = base64.b64encode(
        Fingerprint.from_features(features_of(decode(tmp_path / "elsewhere.wav"))).encode()
    ).decode()
    (by_print,) = ours.by_binding(FINGERPRINT_ALGORITHM, value, most=10)
    assert by_print.manifest_id == match.manifest_id


def test_what_is_not_ours_matches_nothing(client, speech):
    assert client.sound(encode(speech, Container.WAV)).json == {"matches": []}
    assert client.get(f"/matches/byBinding?alg={MARK_ALGORITHM}&value={Mark(7)}").json == {"matches": []}
    assert client.get("/services/supportedAlgorithms").json == {
        "watermarks": [{"alg": MARK_ALGORITHM}],
        "fingerprints": [{"alg": FINGERPRINT_ALGORITHM}],
    }


BINDING = "/matches/byBinding?alg="
WRONG = [
    ("GET", "/", None, 404),
    ("GET", "/manifests/", None, 400),
    ("GET", "/manifests/..%2f..%2fkeys", None, 400),
    ("GET", "/manifests/urn:c2pa:x?returnActiveManifest=perhaps", None, 400),
    ("GET", "/matches/byContent", None, 405),
    ("POST", "/manifests/urn:c2pa:x", b"", 405),
    ("GET", "/matches/byBinding", None, 400),
    ("GET", f"{BINDING}com.example.1&value=00", None, 400),
    ("GET", f"{BINDING}{MARK_ALGORITHM}", None, 400),
    ("GET", f"{BINDING}{MARK_ALGORITHM}&value=%ff%fe", None, 400),
    ("GET", f"{BINDING}{MARK_ALGORITHM}&value=!!!", None, 400),
    ("GET", f"{BINDING}{MARK_ALGORITHM}&value=AAAA", None, 400),
    ("GET", f"{BINDING}{FINGERPRINT_ALGORITHM}&value=AAAA", None, 400),
    ("GET", f"{BINDING}{MARK_ALGORITHM}&value=00&value=11", None, 400),
    ("GET", f"{BINDING}{MARK_ALGORITHM}&value={'0' * 16}&maxResults=0", None, 400),
    ("GET", f"{BINDING}{MARK_ALGORITHM}&value={'0' * 16}&maxResults=ten", None, 400),
    ("POST", "/matches/byBinding", b"[]", 400),
    ("POST", "/matches/byBinding", b'{"alg": 7, "value": {}}', 400),
    ("POST", "/matches/byBinding", b"[" * 100_000, 400),
    ("POST", "/matches/byContent", b"", 400),
    ("POST", "/matches/byContent", b"no sound at all", 415),
    ("POST", "/matches/byContent", b"RIFF" + b"x" * 100, 415),
    ("POST", "/matches/byContent", b"fLaC" + b"x" * 100, 400),
    ("POST", "/matches/byContent?alg=com.example.1", b"RIFF", 400),
    ("PUT", "/matches/byContent", b"", 501),
    ("GET", "/" + "x" * 70_000, None, 414),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), WRONG)
def test_a_mistake_is_one_line_of_a_problem(client, method, path, body, status):
    headers = {} if body is None else {"Content_Type": "audio/wav"}
    answer = client.ask(method, path, body, **headers)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    assert problem["title"]
    assert problem["detail"]
    assert "\n" not in problem["detail"]
    assert len(problem["detail"]) < 300


def test_other_types_than_sound_are_refused_unread(client):
    assert client.sound(b"<svg/>", kind="image/svg+xml").status == 415


def raw(address, data):
    """Send bytes as they are; return all that comes back."""
    with socket.create_connection(address, timeout=20) as connection:
        received = b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
            while block := connection.recv(65_536):
                received += block
        return received


def head(length, *more):
    lines = ["POST /matches/byContent HTTP/1.1", "Host: x", "Content-Type: audio/wav", *length, *more, "", ""]
    return "\r\n".join(lines).encode()


class Held:
    """A resolver that can be kept at work."""

    def __init__(self, resolver):
        self.by_content = resolver.by_content
        self.begun, self.over = threading.Event(), threading.Event()

    def by_binding(self, *_, **__):
        self.begun.set()
        self.over.wait(10)
        return []

    @contextlib.contextmanager
    def busy(self, client):
        asking = threading.Thread(target=client.get, args=(f"{BINDING}{MARK_ALGORITHM}&value={Mark(7)}",))
        asking.start()
        assert self.begun.wait(10)
        yield
        self.over.set()
        asking.join(10)


def test_limits_hold(resolver, client_of, speech):
    sound = encode(speech, Container.WAV)
    held = Held(resolver)
    with serving(held, body_bytes=len(sound), sound_s=5.0, waiting_s=0.2, hands=1) as server:
        address = server.server_address
        client = client_of(server.url)
        assert client.sound(sound + b"x").status == 413
        assert client.sound(sound).status == 413  # as long as it may be in bytes, too long in seconds
        assert b" 411 " in raw(address, head([], "Transfer-Encoding: chunked"))
        assert b" 411 " in raw(address, head(["Content-Length: -1"]))
        assert b" 413 " in raw(address, head(["Content-Length: " + "9" * 30]))
        short = encode(speech.slice(0, 24_000), Container.WAV)
        with held.busy(client):
            busy = client.sound(short)
        assert (busy.status, busy.headers["retry-after"]) == (503, "5")
        assert client.sound(short).json == {"matches": []}


def test_whoever_is_slow_is_hung_up_on(resolver):
    with serving(resolver, quiet_s=0.3) as server:
        assert b" 408 " in raw(server.server_address, head(["Content-Length: 100"]) + b"RIFF")
        assert raw(server.server_address, b"GET / HT") == b""
    with serving(resolver, body_s=1e-9) as server:
        assert b" 408 " in raw(server.server_address, head(["Content-Length: 4"]) + b"RIFF")


def test_more_connections_than_there_are_places_for_are_closed(resolver, client_of):
    with serving(resolver, connections=2) as server:
        address, client = server.server_address, client_of(server.url)
        with socket.create_connection(address), socket.create_connection(address):
            assert raw(address, b"GET / HTTP/1.1\r\n\r\n") == b""
        ends = time.monotonic() + 20
        while True:  # until the two places are given back
            try:
                assert client.get("/services/supportedAlgorithms").status == 200
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < ends
            else:
                break


def test_silence_and_much_sound_in_few_bytes(resolver, client_of):
    silence = Signal(np.zeros((1, 8_000 * 90), dtype=np.float32), 8_000)
    with serving(resolver, sound_s=60) as server:
        client = client_of(server.url)
        assert client.sound(encode(silence, Container.FLAC), kind="audio/flac").status == 413
        short = encode(silence.slice(0, 8_000), Container.FLAC)
        assert client.sound(short, kind="application/octet-stream").json == {"matches": []}


def test_a_limit_of_nothing_is_no_limit():
    with pytest.raises(Invalid, match="hands"):
        Limits(hands=0)


def test_a_question_with_a_body_that_none_asked_for_ends_the_connection(resolver):
    with serving(resolver) as server:
        smuggled = b"GET /manifests/x HTTP/1.1\r\nHost: x\r\n\r\n"
        asked = b"GET /services/supportedAlgorithms HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(smuggled)
        answer = raw(server.server_address, asked + smuggled)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answer


def test_pages_of_others_may_ask(client):
    before = client.ask("OPTIONS", "/matches/byContent")
    assert (before.status, before.headers["access-control-allow-methods"]) == (204, "GET, POST")
    assert client.ask("HEAD", "/services/supportedAlgorithms").status == 501
    answer = client.get("/services/supportedAlgorithms")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert set(answer.headers) == {
        "server", "date", "content-type", "content-length", "cache-control", "x-content-type-options",
        "access-control-allow-origin",
    }  # fmt: skip
