"""A full disk, a missing model, a model with the wrong hash: one clear line, and nothing half-written."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from sayso.models import weights
from sayso.workflows.audit import auditing

LIMITED = textwrap.dedent("""
    import errno, os, resource, signal, sys
    sys.dont_write_bytecode = True  # under the limit the interpreter would leave halves of its own files
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit, *words = sys.argv[1:]
    write = os.write
    def full(fd, data):
        try:
            return write(fd, data)
        except OSError as error:  # past the limit the kernel says EFBIG, a full disk says ENOSPC
            raise OSError(errno.ENOSPC, "No space left on device") from error
    os.write = full
    from sayso.doors.cli.main import run
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    sys.exit(run(words))
""")


def say(estate, tmp_path, *, env=None, limit=None):
    words = [
        "say",
        "Good evening.",
        "--voice",
        estate.voice,
        "--licensee",
        "Northwind Audio",
        "--purpose",
        "audiobook/mystery",
    ]
    program = (
        [LIMITED, str(limit)]
        if limit
        else ["import sys; from sayso.doors.cli.main import run; sys.exit(run(sys.argv[1:]))"]
    )
    command = [sys.executable, "-c", *program, *words, "-o", str(tmp_path / "out.wav"), "--json"]
    environment = {"SAYSO_HOME": str(estate.session.settings.home), "PATH": "/usr/bin", **(env or {})}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("limit", [30_000, 60_000])
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(estate, tmp_path, limit):
    before = {path for path in estate.session.settings.home.rglob("*") if path.is_file()}
    done = say(estate, tmp_path, limit=limit)
    assert done.returncode == 7, done.stdout + done.stderr
    assert '"disk-full"' in done.stdout or '"database-unavailable"' in done.stdout
    assert not (tmp_path / "out.wav").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")]
    half = {
        path.name for path in estate.session.settings.home.rglob("*") if path.is_file() and path.name.startswith(".")
    }
    assert half <= {path.name for path in before} | {".opening", ".lock"}
    assert auditing.audit(estate.session).size


def test_a_missing_model_is_one_clear_line(estate, tmp_path):
    done = say(estate, tmp_path, env={"SAYSO_MODEL_HIBARI": str(tmp_path / "absent.onnx")})
    assert done.returncode == 7
    assert '"model-missing"' in done.stdout
    assert not (tmp_path / "out.wav").exists()


def test_a_model_with_the_wrong_hash_is_refused_as_tampered(estate, tmp_path):
    changed = bytearray(weights("hibari"))
    changed[5000] ^= 1
    (tmp_path / "changed.onnx").write_bytes(changed)
    done = say(estate, tmp_path, env={"SAYSO_MODEL_HIBARI": str(tmp_path / "changed.onnx")})
    assert done.returncode == 6
    assert '"model-tampered"' in done.stdout
    assert not (tmp_path / "out.wav").exists()
