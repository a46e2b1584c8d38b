"""Write the first revision of both schemas from the tables in the rooms. For a schema that no release has yet."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import MetaData

SOURCE = Path(__file__).parent.parent / "src" / "sayso"
HEAD = '''"""The first schema of {what}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
'''


def load_tables() -> None:
    """Import every room's tables."""
    for path in (*SOURCE.rglob("store.py"), *SOURCE.rglob("*_store.py")):
        importlib.import_module(".".join(path.relative_to(SOURCE.parent).with_suffix("").parts))


def revision_of(metadata: MetaData, what: str) -> str:
    """Return the source of a revision that makes every table of ``metadata``."""
    from alembic.autogenerate import produce_migrations, render_python_code
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection)
        code = render_python_code(produce_migrations(context, metadata).upgrade_ops)
    body = "\n".join(line for line in code.splitlines() if "# ###" not in line)
    return HEAD.format(what=what) + "    " + body.lstrip() + "\n"


def main() -> None:
    """Write both revisions, formatted."""
    from sayso.database.metadata import keys_metadata, metadata, tell_postgres

    load_tables()
    tell_postgres(metadata)
    for name, tables, what in (("state", metadata, "the state"), ("keys", keys_metadata, "the key store")):
        path = SOURCE / "database" / "migrations" / name / "versions" / "0001_first.py"
        path.write_text(revision_of(tables, what))
        subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)


if __name__ == "__main__":
    main()
