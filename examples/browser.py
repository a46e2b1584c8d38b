"""A page that speaks while its sound streams, for one person at this machine.

    export SPEECH_URL=http://127.0.0.1:7180 SPEECH_KEY=... SPEECH_VOICE=narrator
    python examples/browser.py        # then open the address that it prints

The key stays here: the page asks this program, and this program asks the server. It listens on loopback, and answers
no page but its own.
"""

import http.client
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

PAGE = Path(__file__).with_name("browser.html")
MOST_BYTES = 8192
SERVER = urlsplit(os.environ["SPEECH_URL"])


class Handler(BaseHTTPRequestHandler):
    """Shows the page, and passes on what the server says of a text."""

    def do_GET(self) -> None:
        """Show the page."""
        page = PAGE.read_bytes() if self.path == "/" else b""
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'self' 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(page)

    def do_POST(self) -> None:
        """Pass the text on, and the sound back piece by piece; the end of the connection is the end of the sound."""
        own = "{}:{}".format(*self.server.server_address[:2])
        if self.headers.get("Origin") != f"http://{own}" or self.headers.get("Host") != own:
            self.send_error(403)
            return
        text = self.rfile.read(max(0, min(MOST_BYTES, int(self.headers.get("Content-Length", 0))))).decode()
        connection = http.client.HTTPConnection(SERVER.hostname or "", SERVER.port, timeout=60)
        words = {"model": "sayso", "voice": os.environ["SPEECH_VOICE"], "input": text, "response_format": "pcm"}
        headers = {"Authorization": f"Bearer {os.environ['SPEECH_KEY']}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/audio/speech", json.dumps(words), headers)
        answer = connection.getresponse()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", ""))
        self.end_headers()
        while data := answer.read1(65536):
            self.wfile.write(data)
        connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing of who said what."""


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 0), Handler) as server:
        print("http://{}:{}/".format(*server.server_address[:2]), flush=True)
        server.serve_forever()
