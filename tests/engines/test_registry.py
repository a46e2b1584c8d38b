"""The registry against real installed plugins: each test lays package metadata on the path, as pip does."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from sayso.engines import Capability, EngineUnfit, EngineUnknown, registry
from sayso.engines.hibari import HibariEngine

PYPROJECT = tomllib.loads(Path(__file__).parents[2].joinpath("pyproject.toml").read_text())


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    """Return a function that installs a plugin package; nothing else is installed."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    real = registry.entry_points
    monkeypatch.setattr(
        registry,
        "entry_points",
        lambda group: [point for point in real(group=group) if point.dist.name.startswith("plugin-")],
    )
    registry.engine.cache_clear()

    def install(package: str, points: dict[str, str], code: str = "") -> None:
        folder = tmp_path / f"plugin_{package}-1.2.dist-info"
        folder.mkdir()
        lines = "\n".join(f"{name} = {target}" for name, target in points.items())
        folder.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: plugin-{package}\nVersion: 1.2\n")
        folder.joinpath("entry_points.txt").write_text(f"[sayso.engines]\n{lines}\n")
        tmp_path.joinpath(f"plugin_{package}.py").write_text(code)

    yield install
    registry.engine.cache_clear()
    for name in [name for name in sys.modules if name.startswith("plugin_")]:
        del sys.modules[name]


def test_the_project_registers_hibari():
    points = PYPROJECT["project"]["entry-points"]["sayso.engines"]
    assert points["hibari"] == f"{HibariEngine.__module__}:{HibariEngine.__qualname__}"


def test_the_version_of_the_weights_is_the_pinned_one():
    assert f"hibari-tts=={HibariEngine().version}" in PYPROJECT["project"]["dependencies"]


def test_finds_an_engine_once(plugins):
    plugins("good", {"hibari": "sayso.engines.hibari:HibariEngine"})
    found = registry.engine("hibari")
    assert isinstance(found, HibariEngine)
    assert registry.engine("hibari") is found


def test_an_engine_that_asks_for_threads_gets_those_of_the_settings(plugins):
    code = "from sayso.engines.kokoro import Kokoro\ndef make(threads):\n    made = Kokoro(threads)\n    made.threads = threads\n    return made\n"
    plugins("many", {"kokoro": "plugin_many:make"}, code)
    assert registry.engine("kokoro", 7).threads == 7


def test_unknown_engine_names_the_known(plugins):
    plugins("good", {"hibari": "sayso.engines.hibari:HibariEngine"})
    with pytest.raises(EngineUnknown, match="hibari"):
        registry.engine("hibary")


def test_an_extra_that_is_not_installed_is_no_engine(plugins):
    target = "sayso.engines.hibari:HibariEngine"
    plugins("extras", {"hibari": f"{target} [hibari-tts, numpy]", "other": f"{target} [no-such-package]"})
    assert [row.name for row in registry.installed()] == ["hibari"]
    with pytest.raises(EngineUnknown, match="hibari"):
        registry.engine("other")


THIRD = """
from sayso.engines.hibari import HibariEngine

class Third(HibariEngine):
    name = "third"
"""


def test_a_third_engine_needs_no_change_elsewhere(plugins):
    plugins("third", {"third": "plugin_third:Third"}, THIRD)
    assert registry.engine("third").name == "third"


BROKEN = """
from sayso.engines.hibari import HibariEngine
class Raises:
    def __init__(self): raise RuntimeError("no GPU here")
class Empty: pass
class Misnamed(HibariEngine): pass
class BadDigest(HibariEngine):
    name = "bad-digest"
    def digest(self): return "abc"
class BadRate(HibariEngine):
    name = "bad-rate"
    sample_rate = 24.0
class BadLanguages(HibariEngine):
    name = "bad-languages"
    languages = "en"
class BadCapabilities(HibariEngine):
    name = "bad-capabilities"
    capabilities = frozenset({"clone"})
class BadLicence(HibariEngine):
    name = "bad-licence"
    licence = "MIT"
class DigestRaises(HibariEngine):
    name = "digest-raises"
    def digest(self): raise OSError("gone")
"""


@pytest.mark.parametrize(
    ("name", "target", "said"),
    [
        ("gone", "plugin_that_is_not_there:Engine", "ModuleNotFoundError"),
        ("raises", "plugin_broken:Raises", "no GPU here"),
        ("empty", "plugin_broken:Empty", "it has no capabilities"),
        ("misnamed", "plugin_broken:Misnamed", "its name is 'hibari'"),
        ("bad-digest", "plugin_broken:BadDigest", "digest"),
        ("bad-rate", "plugin_broken:BadRate", "sample rate"),
        ("bad-languages", "plugin_broken:BadLanguages", "languages"),
        ("bad-capabilities", "plugin_broken:BadCapabilities", "capabilities"),
        ("bad-licence", "plugin_broken:BadLicence", "licence"),
        ("digest-raises", "plugin_broken:DigestRaises", "gone"),
    ],
)
def test_a_broken_plugin_is_reported_and_harms_no_other(plugins, name, target, said):
    plugins("broken", {name: target, "hibari": "sayso.engines.hibari:HibariEngine"}, BROKEN)
    with pytest.raises(EngineUnfit, match=said):
        registry.engine(name)
    rows = {row.name: row for row in registry.installed()}
    assert said in rows[name].problem
    assert rows[name].package == "plugin-broken"
    assert rows["hibari"].problem == ""
    assert rows["hibari"].capabilities == (Capability.PHONEMES, Capability.STOCK, Capability.STUDENT)
    assert rows["hibari"].package_version == "1.2"


def test_nothing_installed(plugins):
    assert registry.installed() == []
    with pytest.raises(EngineUnknown, match="install Sayso"):
        registry.engine("kokoro")
