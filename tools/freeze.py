"""Write the digests of what the first release freezes (decisions/0020): the migrations and the ledger's vocabulary.

Run: ``python tools/freeze.py``. The test of the digests is tests/database/test_frozen.py.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Final

from sayso.ledger.acts import registry
from sayso.ledger.entry import VERSION, Entry, Link

ROOT: Final = Path(__file__).parent.parent
FILE: Final = ROOT / "tests" / "database" / "frozen.json"
_MIGRATIONS: Final = ROOT / "src" / "sayso" / "database" / "migrations"


def digests() -> dict[str, str]:
    """Return the digests of both migrations and of the entries, by name."""
    files = {name: (_MIGRATIONS / name / "versions" / "0001_first.py").read_bytes() for name in ("state", "keys")}
    return {name: _sha256(data) for name, data in files.items()} | {"entries": _sha256(vocabulary().encode())}


def vocabulary() -> str:
    """Return the types of entries with their fields, a star behind those that may be left out, as text."""
    encoded = Link(Entry("a:b:c", "2026-01-01T00:00:00.000Z"), 0, "").encode()
    lines = [f"version {VERSION}: {' '.join(sorted(json.loads(encoded)))}"]
    for name, kinds in sorted(registry().items()):
        for kind in sorted(kinds, key=lambda each: each.__name__):
            shown = [f"{field.name}{'' if field.default is MISSING else '*'}" for field in fields(kind)]
            lines.append(f"{name}: {' '.join(sorted(shown))}")
    return "\n".join(lines)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    FILE.write_text(json.dumps(digests(), indent=1) + "\n")
