"""A file that is handed out is gone with its answer, whether it arrived or not."""

import asyncio

import pytest

from sayso.doors.api.ledger.handing import PassingFile


@pytest.mark.parametrize("fails", [False, True])
def test_the_folder_is_gone_after_the_answer(tmp_path, fails):
    path = tmp_path / "one" / "file"
    path.parent.mkdir()
    path.write_bytes(b"x" * 10)
    sent = []

    async def send(message):
        sent.append(message)
        if fails and message["type"] == "http.response.body":
            raise OSError("the client is gone")

    async def answer():
        scope = {"type": "http", "method": "GET", "headers": [(b"range", b"bytes=0-3")], "extensions": {}}
        await PassingFile(path)(scope, asyncio.Event().wait, send)

    if fails:
        with pytest.raises(OSError, match="gone"):
            asyncio.run(answer())
    else:
        asyncio.run(answer())
        assert sent[0]["status"] == 200
        assert b"".join(each.get("body", b"") for each in sent) == b"x" * 10
    assert not path.parent.exists()
    assert tmp_path.exists()
