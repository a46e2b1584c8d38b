"""Debian's Chromium without a window, driven as the W3C's WebDriver says."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest

_ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Page:
    """One page in a browser."""

    def __init__(self, http: httpx.Client, session: str) -> None:
        self._http, self._path = http, f"/session/{session}"

    def _ask(self, path: str, **words):
        answer = self._http.post(self._path + path, json=words)
        assert answer.status_code == 200, answer.text
        return answer.json()["value"]

    def open(self, url: str) -> None:
        self._ask("/url", url=url)

    def click(self, selector: str) -> None:
        """Click as a person does, which lets a page play sound."""
        found = self._ask("/element", using="css selector", value=selector)
        self._ask(f"/element/{found[_ELEMENT]}/click")

    def run(self, script: str):
        """Return what the body of a function returns."""
        return self._ask("/execute/sync", script=script, args=[])

    def wait(self, condition: str, within_s: float = 30.0) -> None:
        """Return once the expression holds."""
        ends = time.monotonic() + within_s
        while not self.run(f"return Boolean({condition})"):
            assert time.monotonic() < ends, self.run(
                "return document.body.innerText + JSON.stringify(document.body.dataset)"
            )
            time.sleep(0.05)


def require_chromium() -> None:
    """Skip where there is no Chromium; in CI that is an error."""
    found = shutil.which("chromedriver")
    if found is None and not os.environ.get("CI"):
        pytest.skip("chromedriver is not installed (Debian: chromium-driver)")
    assert found, "chromedriver is not installed; .ci/run installs it"


@contextlib.contextmanager
def browsing(*more: str) -> Iterator[Page]:
    """Yield a page of a browser, with ``more`` arguments, that ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as http:
            ends = time.monotonic() + 20
            while not _is_ready(http):
                assert time.monotonic() < ends
                time.sleep(0.05)
            options = {"goog:chromeOptions": {"binary": shutil.which("chromium"), "args": [*_ARGUMENTS, *more]}}
            answer = http.post("/session", json={"capabilities": {"alwaysMatch": options}})
            assert answer.status_code == 200, answer.text
            session = answer.json()["value"]["sessionId"]
            yield Page(http, session)
            http.delete(f"/session/{session}")
    finally:
        driver.terminate()
        driver.wait(20)


def _is_ready(http: httpx.Client) -> bool:
    try:
        return bool(http.get("/status").json()["value"]["ready"])
    except httpx.HTTPError:
        return False
