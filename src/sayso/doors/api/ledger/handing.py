"""Handing out files of the ledger: each is written into a folder of its own, and gone when it was sent."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from sayso.doors.api.asking import Asking
from sayso.doors.api.sounds import BYTES

KIND: Final = "application/octet-stream"
FILE: Final[dict[int | str, dict[str, Any]]] = {200: {"description": "The file.", "content": {KIND: BYTES}}}


async def handed(asked: Asking, name: str, write: Callable[[Path], object]) -> FileResponse:
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
    gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(folder / name, media_type=KIND, filename=name, background=gone)
