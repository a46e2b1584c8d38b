"""What a command loads before it answers: the time to start is the time to import."""

from __future__ import annotations

import subprocess
import sys

from sayso.workflows.speech.speaking import speak

SLOW = {
    "scipy",
    "onnxruntime",
    "av",
    "alembic",
    "obstore",
    "pydantic_settings",
    "sqlalchemy.dialects.postgresql",
}


def loaded(folder, *arguments: str) -> set[str]:
    """Return the modules that a run of the program has loaded at its end."""
    code = (
        "import sys\nfrom sayso.doors.cli import main\n"
        f"sys.argv[1:] = {list(arguments)!r}\n"
        "try:\n    main.main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "finally:\n    print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"SAYSO_HOME": str(folder), "PYTHONPATH": ":".join(sys.path)},
    )
    return set(done.stderr.split())


def test_help_loads_no_database_and_no_arrays(tmp_path):
    assert loaded(tmp_path, "--help") & (SLOW | {"numpy", "sqlalchemy", "pydantic"}) == set()


def test_listing_consent_loads_no_arrays_and_no_policies(estate):
    home = estate.session.settings.home
    needless = {"numpy", "cedarpy", "c2pa", "http.client", "sayso.ledger.acts", "sayso.ledger.audit"}
    assert loaded(home, "consent", "list") & (SLOW | needless) == set()


def test_verifying_a_file_loads_no_more_than_it_needs(estate, tmp_path):
    file = tmp_path / "out.wav"
    speak(estate.session, estate.order(), file)
    needless = {"cedarpy", "hibari", "sayso.restoration", "sayso.engines.homographs", "sayso.ledger.audit"}
    assert loaded(estate.session.settings.home, "verify", str(file)) & (SLOW | needless) == set()
