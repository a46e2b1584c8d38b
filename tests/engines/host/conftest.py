"""A host whose engine misbehaves when it is told to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sayso.engines import registry
from sayso.engines.host import EngineHost


@pytest.fixture(scope="module")
def crooked(tmp_path_factory):
    """Yield what makes hosts of engines that misbehave, and closes them."""
    folder = tmp_path_factory.mktemp("plugins")
    info = folder / "crooked-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crooked\nVersion: 1\n")
    points = "".join(
        f"{name.lower()} = crooked_engine:{name}\n" for name in ("Crooked", "Shared", "Chancy", "Sluggish")
    )
    (info / "entry_points.txt").write_text(f"[sayso.engines]\n{points}")
    shutil.copy(Path(__file__).with_name("crooked.py"), folder / "crooked_engine.py")
    hosts = []

    def make(engine="crooked", **words) -> EngineHost:
        host = EngineHost(engine, **words)
        hosts.append(host)
        host.start()
        return host

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
        patch.syspath_prepend(str(folder))
        registry.engine.cache_clear()
        yield make
        for host in hosts:
            host.close()
    registry.engine.cache_clear()


@pytest.fixture(scope="module")
def host(crooked) -> EngineHost:
    """Return a host of two workers."""
    return crooked(workers=2, memory_mib=400, queue_limit=2)
