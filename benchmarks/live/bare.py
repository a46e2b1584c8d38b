"""A server of the bare engine, as Kokoro-FastAPI is one: text in, a container out; no key, grant, mark, log or copy.

    python -m benchmarks.live.bare kokoro STYLES.json --threads 1

Prints its address. ``STYLES.json`` is a voice's asset in base64.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import uvicorn
from benchmarks.live.served import Running
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from sayso.audio.streamed import StreamEncoder, StreamFormat
from sayso.engines.protocol import VoiceAsset
from sayso.engines.registry import engine as engine_named


class SpeechBody(BaseModel):
    input: str
    response_format: StreamFormat = StreamFormat.MP3


def application(name: str, asset: VoiceAsset, threads: int) -> FastAPI:
    """Return the server's one route."""
    engine = engine_named(name, threads)
    engine.load()
    app = FastAPI()

    @app.post("/v1/audio/speech")
    def speech(asked: SpeechBody) -> StreamingResponse:
        return StreamingResponse(_said(asked), media_type=asked.response_format.media_type)

    def _said(asked: SpeechBody) -> Iterator[bytes]:
        encoder = StreamEncoder(asked.response_format, sample_rate=engine.sample_rate)
        for piece in engine.stream(asked.input, asset, early=True):
            if data := encoder.push(piece):
                yield data
        yield encoder.finish()

    return app


@contextlib.contextmanager
def bare(name: str, asset: VoiceAsset, threads: int, folder: Path) -> Iterator[Running]:
    """Yield a server of this engine, once it is ready."""
    file, log = folder / "asset", folder / "bare.log"
    file.write_text("\n".join((asset.engine, asset.kind, base64.b64encode(asset.data).decode())))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [name, str(file), "--threads", str(threads), "--port", str(port)]
    with log.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.live.bare", *words], stdout=told, stderr=told, env=os.environ
        )
    try:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://127.0.0.1:{port}/openapi.json")
                break
            if process.poll() is not None:
                raise SystemExit(f"the bare server did not start: {log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield Running(f"http://127.0.0.1:{port}", process.pid, log)
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine")
    parser.add_argument("asset", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    engine, kind, data = asked.asset.read_text().splitlines()
    app = application(asked.engine, VoiceAsset(engine, kind, base64.b64decode(data)), asked.threads)
    uvicorn.run(app, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
