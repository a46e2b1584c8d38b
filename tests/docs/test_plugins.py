"""The page of plugins names every entry point group that Sayso reads, and what it shows can be installed and works."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import sayso
from sayso.credentials.operator_certificate import from_slot
from sayso.engines import registry
from sayso.enrollment.decoders import mark_decoders

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plugins.md").read_text()
POINTS = {
    group: points
    for block in re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for group, points in tomllib.loads(block)["project"]["entry-points"].items()
}
CODE = "\n".join(re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
TEST = "\n".join(re.findall(r"^```python-test\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install the package that the page shows."""
    folder = tmp_path / "your_package-1.0.dist-info"
    folder.mkdir()
    folder.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: your-package\nVersion: 1.0\n")
    lines = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()) for group, points in POINTS.items()]
    folder.joinpath("entry_points.txt").write_text("\n".join(lines))
    tmp_path.joinpath("your_package.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(tmp_path))
    for found in (registry.engine, mark_decoders):
        found.cache_clear()
    yield tmp_path
    for found in (registry.engine, mark_decoders):
        found.cache_clear()
    sys.modules.pop("your_package", None)


def groups_read() -> set[str]:
    """Return the value of every ``group=`` with which the code asks for entry points."""
    found = set()
    for path in Path(sayso.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "entry_points":
                name = path.relative_to(Path(sayso.__file__).parents[1]).with_suffix("")
                module = importlib.import_module(".".join(name.parts))
                found |= {eval(ast.unparse(one.value), vars(module)) for one in node.keywords}  # noqa: S307
    return found


def test_the_page_names_the_groups_that_the_code_reads():
    assert groups_read() == set(POINTS)
    assert set(re.findall(r"^\| `(sayso\.[a-z]+)` ", PAGE, re.MULTILINE)) == set(POINTS)


def test_the_engine_of_the_page_is_found_and_fit(installed):
    name = next(iter(POINTS["sayso.engines"]))
    found = next(one for one in registry.installed() if one.name == name)
    assert (found.package, found.problem) == ("your-package", "")
    assert registry.engine(name).name == name


def test_the_signer_of_the_page_signs(installed):
    slot = from_slot(next(iter(POINTS["sayso.signers"]))).slot()
    assert len(slot.sign(b"claim")) == 64


def test_the_decoder_of_the_page_is_heard_beside_sayso_s_own(installed):
    assert set(mark_decoders()) == {"perth", *POINTS["sayso.decoders"]}


def test_the_engine_of_the_page_conforms_with_pytest_and_without(installed):
    test = installed / "test_yours.py"
    test.write_text(TEST)
    path = {"PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", str(test)]
    done = subprocess.run(command, env=path, cwd=installed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b26 passed", done.stdout)
    alone = f"{TEST}\nprint(TestTones().broken())"
    done = subprocess.run([sys.executable, "-c", alone], env=path, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
