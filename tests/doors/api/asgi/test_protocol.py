"""Servers under slow clients: places are bounded, time is bounded, and whoever is slow keeps nobody else out."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import threading
import time

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sayso.doors.api.asgi.listener import PublicListener
from sayso.doors.api.asgi.protocol import HEAD_BYTES, Patience
from sayso.doors.api.asgi.reading import read_body
from sayso.doors.api.problems import status_of
from sayso.errors import SaysoError

MOST = 1 << 20


class Echo:
    """Answers with the length of the body."""

    def __init__(self):
        self.busy = threading.Event()
        self.busy.set()
        self.app = Starlette(
            routes=[Route("/", self.get), Route("/", self.post, methods=["POST"])],
            exception_handlers={SaysoError: lambda _, error: told(error)},
        )

    async def get(self, _):
        await asyncio.to_thread(self.busy.wait, 5)
        return PlainTextResponse("ok")

    async def post(self, request):
        return PlainTextResponse(str(len(await read_body(request, MOST, body_s=0.6, quiet_s=0.5))))


def told(error):
    return PlainTextResponse(error.message, status_of(error), {"Connection": "close"})


@pytest.fixture
def echo():
    return Echo()


@pytest.fixture
def server(echo):
    times = Patience(head_s=0.6, body_s=1.0, grace_s=0.2)
    with PublicListener(echo.app, "127.0.0.1", 0, name="echo", connections=4, tell=told, times=times) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        echo.busy.set()
        made.shutdown()
        thread.join(10)


def ask(server, method="GET", body=None):
    connection = http.client.HTTPConnection(*server.server_address, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, "/", body)
        return connection.getresponse().read()


@contextlib.contextmanager
def dripping(server, number, first):
    """Open connections that send one byte after another for as long as anybody lets them."""
    ended = threading.Event()

    def drip(one):
        with contextlib.suppress(OSError):
            one.sendall(first)
            while not ended.wait(0.05):
                one.sendall(b"x")

    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(socket.create_connection(server.server_address)) for _ in range(number)]
        threads = [threading.Thread(target=drip, args=(one,), daemon=True) for one in made]
        for thread in threads:
            thread.start()
        yield made
        ended.set()
        for thread in threads:
            thread.join(5)


HEADS = {
    "line": b"G",
    "head": b"GET / HTTP/1.1\r\nX: ",
    "body": b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n",
    "next": b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /",
}


@pytest.mark.parametrize("first", HEADS.values(), ids=HEADS)
def test_slow_clients_keep_nobody_out(server, first):
    with dripping(server, 8, first):
        time.sleep(0.4)
        started = time.monotonic()
        assert [ask(server) for _ in range(3)] == [b"ok"] * 3
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("first", HEADS.values(), ids=HEADS)
def test_a_request_that_drips_ends(server, first):
    with dripping(server, 1, first) as (one,):
        one.settimeout(5)
        started = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while one.recv(1000):
                pass
        assert time.monotonic() - started < 3


def test_work_is_not_interrupted_and_the_places_are_bounded(server, echo):
    echo.busy.clear()
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(ask(server))) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    with pytest.raises((OSError, http.client.HTTPException)):
        ask(server)
    echo.busy.set()
    for thread in threads:
        thread.join(10)
    assert answers == [b"ok"] * 4


def test_a_connection_is_used_again(server):
    connection = http.client.HTTPConnection(*server.server_address, timeout=10)
    with contextlib.closing(connection):
        for body in (b"abc", b"", b"x" * 200_000):
            connection.request("POST", "/", body)
            assert connection.getresponse().read() == str(len(body)).encode()
            time.sleep(0.1)


def test_what_follows_an_answer_and_is_no_request_does_not_spoil_it(server):
    answer = sent(server, b"GET / HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def sent(server, data):
    """Send bytes as they are; return all that comes back until the server hangs up."""
    with socket.create_connection(server.server_address, timeout=5) as raw:
        received = b""
        with contextlib.suppress(ConnectionError):
            raw.sendall(data)
            while block := raw.recv(65_536):
                received += block
    return received


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 411),
        (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + SMUGGLED, 411),
        (POST + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED, 411),
        (POST + b"Content-Length: +4\r\n\r\nbody" + SMUGGLED, 411),
        (POST + b"Content-Length: 4 4\r\n\r\nbody" + SMUGGLED, 411),
        (POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\nbody" + SMUGGLED, 413),
        (POST + b"Content-Length: %d\r\n\r\nbody" % (MOST + 1) + SMUGGLED, 413),
        (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 400),
        (POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 400),
        (POST + b"Content-Length: 4\r\n \r\n\r\nbody" + SMUGGLED, 400),
        (b"GET / HTTP/1.1\nHost: x\n\n" + SMUGGLED, 400),
        (b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n" + SMUGGLED, 400),
    ],
)
def test_a_request_whose_end_two_could_see_differently_is_the_last(server, data, status):
    answer = sent(server, data)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("pause_s", [0.0, 0.02], ids=["at once", "in pieces"])
@pytest.mark.parametrize(
    ("start", "statuses"),
    [
        (b"GET /", {414}),
        (b"GET / HTTP/1.1\r\nX: ", {431}),
        (b"GET / HTTP/1.1\r\nX", {431, 400}),  # read in one go, it is no head before it is too long
    ],
)
@pytest.mark.parametrize("end", [b" HTTP/1.1\r\n\r\n", b""], ids=["whole", "endless"])
def test_a_head_beyond_all_bounds_is_not_kept(server, start, statuses, end, pause_s):
    with socket.create_connection(server.server_address, timeout=5) as raw:
        received = b""
        with contextlib.suppress(ConnectionError):
            for _ in range(2 * HEAD_BYTES // 8192):
                raw.sendall(start + b"x" * 8192)
                start = b""
                time.sleep(pause_s)
            raw.sendall(end)
            while block := raw.recv(65_536):
                received += block
    assert received == b"" or int(received.split()[1]) in statuses


def test_nothing_is_said_of_who_came(server, caplog):
    sent(server, b"GET /private HTTP/1.1\r\nX: secret\r\nConnection: close\r\n\r\n")
    sent(server, b"nonsense of somebody\r\n\r\n")
    assert caplog.text == ""
