"""Servers under slow clients: places are bounded, time is bounded, and whoever is slow keeps nobody else out."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time

import pytest

from sayso.doors.serving import BoundedHandler, BoundedServer


class Echo(BoundedHandler):
    """Answers with the length of the body."""

    grace_s, quiet_s, head_s, body_s = 0.2, 1.0, 0.6, 0.6
    busy = threading.Event()

    def do_GET(self):
        self.busy.wait(5)
        self.answer(b"ok")

    def do_POST(self):
        wanted = int(self.headers["Content-Length"])
        body = self.read_body(wanted)
        self.close_connection |= len(body) < wanted
        self.answer(str(len(body)).encode())

    def answer(self, data):
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def server():
    Echo.busy.set()
    with BoundedServer(("127.0.0.1", 0), Echo, connections=4) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield made
        Echo.busy.set()
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


HEADS = (b"G", b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n")


@pytest.mark.parametrize("first", HEADS, ids=["line", "head", "body"])
def test_slow_clients_keep_nobody_out(server, first):
    with dripping(server, 8, first):
        time.sleep(0.4)
        started = time.monotonic()
        assert [ask(server) for _ in range(3)] == [b"ok"] * 3
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("first", HEADS, ids=["line", "head", "body"])
def test_a_request_that_drips_ends(server, first):
    with dripping(server, 1, first) as (one,):
        one.settimeout(5)
        started = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while one.recv(1000):
                pass
        assert time.monotonic() - started < 3


def test_work_is_not_interrupted_and_the_places_are_bounded(server):
    Echo.busy.clear()
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(ask(server))) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    with pytest.raises((OSError, http.client.HTTPException)):
        ask(server)
    Echo.busy.set()
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
