"""Handing out files of the ledger: each is written into a folder of its own, and gone when it was sent."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from sayso.doors.api.asking import Asking
from sayso.doors.api.sounds import BYTES

KIND: Final = "application/octet-stream"
FILE: Final[dict[int | str, dict[str, Any]]] = {200: {"description": "The file.", "content": {KIND: BYTES}}}


class PassingFile(FileResponse):
    """A file that is gone with its answer, whether it arrived or not; so it is sent whole, and no range of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, and remove the folder that it lies in."""
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        try:
            await super().__call__({**scope, "headers": headers}, receive, send)
        finally:
            shutil.rmtree(Path(self.path).parent, ignore_errors=True)


async def handed(asked: Asking, name: str, write: Callable[[Path], object]) -> PassingFile:
    """Return the file that ``write`` writes, under the ``name`` that it is to have; raise `WorkbenchBusy`."""

    def written() -> Path:
        folder = Path(tempfile.mkdtemp(prefix="sayso-"))
        try:
            write(folder / name)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return folder

    folder = await asked.labour(written)
    return PassingFile(folder / name, media_type=KIND, filename=name)
