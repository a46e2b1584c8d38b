"""The first schema of the key store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "certificates",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("pem", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_certificates")),
    )
    op.create_table(
        "destroyed_keys",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("destroyed_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_destroyed_keys")),
    )
    op.create_table(
        "operator_secrets",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_operator_secrets")),
    )
    op.create_table(
        "subject_keys",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_subject_keys")),
        sa.UniqueConstraint("speaker_id", name=op.f("uq_subject_keys_speaker_id")),
    )
