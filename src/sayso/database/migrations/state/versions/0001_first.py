"""The first schema of the state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "artifacts",
        sa.Column("artifact_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("grant_id", sa.String(length=20), nullable=True),
        sa.Column("permit_id", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("artifact_id", name=op.f("pk_artifacts")),
    )
    op.create_index(op.f("ix_artifacts_blob"), "artifacts", ["blob"], unique=False)
    op.create_index(op.f("ix_artifacts_grant_id"), "artifacts", ["grant_id"], unique=False)
    op.create_index(op.f("ix_artifacts_organisation_id"), "artifacts", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_artifacts_permit_id"), "artifacts", ["permit_id"], unique=False)
    op.create_table(
        "checked_lines",
        sa.Column("clip_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("problems", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_checked_lines")),
    )
    op.create_index(op.f("ix_checked_lines_organisation_id"), "checked_lines", ["organisation_id"], unique=False)
    op.create_table(
        "clips",
        sa.Column("clip_id", sa.String(length=20), nullable=False),
        sa.Column("voice_id", sa.String(length=20), nullable=False),
        sa.Column("grant_id", sa.String(length=20), nullable=False),
        sa.Column("permit_id", sa.String(length=20), nullable=False),
        sa.Column("mark_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("licensee", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("project", sa.String(length=200), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("artifact_id", sa.String(length=20), nullable=True),
        sa.Column("intent_ticket", sa.BigInteger(), nullable=False),
        sa.Column("result_ticket", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_clips")),
        sa.UniqueConstraint("mark_id", name=op.f("uq_clips_mark_id")),
        sa.UniqueConstraint("permit_id", name=op.f("uq_clips_permit_id")),
    )
    op.create_index(op.f("ix_clips_artifact_id"), "clips", ["artifact_id"], unique=False)
    op.create_index(op.f("ix_clips_created_at"), "clips", ["created_at"], unique=False)
    op.create_index(op.f("ix_clips_grant_id"), "clips", ["grant_id"], unique=False)
    op.create_index(op.f("ix_clips_organisation_id"), "clips", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_clips_voice_id"), "clips", ["voice_id"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("credential_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.Column("revoked_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_credentials")),
    )
    op.create_index(op.f("ix_credentials_organisation_id"), "credentials", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_credentials_speaker_id"), "credentials", ["speaker_id"], unique=False)
    op.create_table(
        "decision_records",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_decision_records")),
    )
    op.create_index(op.f("ix_decision_records_speaker_id"), "decision_records", ["speaker_id"], unique=False)
    op.create_table(
        "enrollment_decisions",
        sa.Column("enrollment_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("enrollment_id", "number", name=op.f("pk_enrollment_decisions")),
    )
    op.create_table(
        "enrollments",
        sa.Column("enrollment_id", sa.String(length=20), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.String(length=24), nullable=False),
        sa.Column("submitted_at", sa.String(length=24), nullable=True),
        sa.Column("grant_id", sa.String(length=20), nullable=True),
        sa.Column("challenge_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("samples", sa.Text(), nullable=False),
        sa.Column("artifact_id", sa.String(length=20), nullable=True),
        sa.Column("print_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("enrollment_id", name=op.f("pk_enrollments")),
    )
    op.create_index(op.f("ix_enrollments_grant_id"), "enrollments", ["grant_id"], unique=False)
    op.create_index(op.f("ix_enrollments_organisation_id"), "enrollments", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_enrollments_speaker_id"), "enrollments", ["speaker_id"], unique=False)
    op.create_table(
        "erasure_certificates",
        sa.Column("certificate_id", sa.String(length=20), nullable=False),
        sa.Column("plan_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("inventory", sa.Text(), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_erasure_certificates")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_erasure_certificates_plan_id")),
    )
    op.create_index(
        op.f("ix_erasure_certificates_organisation_id"), "erasure_certificates", ["organisation_id"], unique=False
    )
    op.create_table(
        "erasure_items",
        sa.Column("plan_id", sa.String(length=20), nullable=False),
        sa.Column("item_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("plan_id", "item_id", name=op.f("pk_erasure_items")),
    )
    op.create_table(
        "erasure_plans",
        sa.Column("plan_id", sa.String(length=20), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=True),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("requested_at", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("rows_deleted", sa.Text(), nullable=True),
        sa.Column("certificate_id", sa.String(length=20), nullable=True),
        sa.Column("protected_id", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_erasure_plans")),
    )
    op.create_index(op.f("ix_erasure_plans_organisation_id"), "erasure_plans", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_erasure_plans_speaker_id"), "erasure_plans", ["speaker_id"], unique=False)
    op.create_table(
        "fingerprints",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("clip_id", sa.String(length=20), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_fingerprints")),
        sa.UniqueConstraint("clip_id", name=op.f("uq_fingerprints_clip_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_fingerprints_speaker_id"), "fingerprints", ["speaker_id"], unique=False)
    op.create_table(
        "gate_records",
        sa.Column("record_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=True),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_gate_records")),
    )
    op.create_index(op.f("ix_gate_records_digest"), "gate_records", ["digest"], unique=False)
    op.create_index(op.f("ix_gate_records_organisation_id"), "gate_records", ["organisation_id"], unique=False)
    op.create_table(
        "grant_events",
        sa.Column("grant_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("who", sa.String(length=16), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=True),
        sa.Column("signed_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("grant_id", "number", name=op.f("pk_grant_events")),
    )
    op.create_table(
        "grant_minutes",
        sa.Column("grant_id", sa.String(length=20), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("max_ms", sa.BigInteger(), nullable=True),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("reserved_ms", sa.BigInteger(), nullable=False),
        sa.Column("max_takes", sa.BigInteger(), nullable=True),
        sa.Column("made_takes", sa.BigInteger(), nullable=False),
        sa.Column("reserved_takes", sa.BigInteger(), nullable=False),
        sa.Column("outer_id", sa.String(length=20), nullable=True),
        sa.CheckConstraint("made_ms >= 0 AND reserved_ms >= 0", name=op.f("ck_grant_minutes_amounts")),
        sa.CheckConstraint("made_takes >= 0 AND reserved_takes >= 0", name=op.f("ck_grant_minutes_take_amounts")),
        sa.CheckConstraint("max_ms IS NULL OR made_ms + reserved_ms <= max_ms", name=op.f("ck_grant_minutes_cap")),
        sa.CheckConstraint(
            "max_takes IS NULL OR made_takes + reserved_takes <= max_takes", name=op.f("ck_grant_minutes_take_cap")
        ),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_grant_minutes")),
    )
    op.create_index(op.f("ix_grant_minutes_speaker_id"), "grant_minutes", ["speaker_id"], unique=False)
    op.create_table(
        "grant_versions",
        sa.Column("grant_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=True),
        sa.Column("signed_by", sa.String(length=64), nullable=True),
        sa.Column("who", sa.String(length=16), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("grant_id", "version", name=op.f("pk_grant_versions")),
    )
    op.create_table(
        "grants",
        sa.Column("grant_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=True),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("licensee", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=True),
        sa.Column("signed_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_licensee"), "grants", ["licensee"], unique=False)
    op.create_index(op.f("ix_grants_organisation_id"), "grants", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_grants_speaker_id"), "grants", ["speaker_id"], unique=False)
    op.create_table(
        "ledger_chains",
        sa.Column("grant_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_ledger_chains")),
    )
    op.create_table(
        "ledger_clock_corrections",
        sa.Column("ticket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_ledger_clock_corrections")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("entry_index", sa.BigInteger(), nullable=True),
        sa.Column("grant_id", sa.String(length=20), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=160), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("receipt", sa.LargeBinary(length=32), nullable=True),
        sa.Column("data", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("licensee", sa.String(length=1024), nullable=True),
        sa.Column("purpose", sa.String(length=1024), nullable=True),
        sa.Column("project", sa.String(length=1024), nullable=True),
        sa.Column("clip", sa.String(length=1024), nullable=True),
        sa.Column("subject", sa.String(length=1024), nullable=True),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("entry_index", name=op.f("uq_ledger_entries_entry_index")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ledger_entries_at"), "ledger_entries", ["at"], unique=False)
    op.create_index(
        "ix_ledger_entries_clip",
        "ledger_entries",
        ["clip"],
        unique=False,
        sqlite_where=sa.text("clip IS NOT NULL"),
        postgresql_where=sa.text("clip IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_entries_consent",
        "ledger_entries",
        ["grant_id", "seq"],
        unique=False,
        sqlite_where=sa.text("type LIKE 'consent:%'"),
        postgresql_where=sa.text("type LIKE 'consent:%'"),
    )
    op.create_index(
        "ix_ledger_entries_licensee",
        "ledger_entries",
        ["licensee"],
        unique=False,
        sqlite_where=sa.text("licensee IS NOT NULL"),
        postgresql_where=sa.text("licensee IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_entries_project",
        "ledger_entries",
        ["project"],
        unique=False,
        sqlite_where=sa.text("project IS NOT NULL"),
        postgresql_where=sa.text("project IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_entries_purpose",
        "ledger_entries",
        ["purpose"],
        unique=False,
        sqlite_where=sa.text("purpose IS NOT NULL"),
        postgresql_where=sa.text("purpose IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_entries_subject",
        "ledger_entries",
        ["subject"],
        unique=False,
        sqlite_where=sa.text("subject IS NOT NULL"),
        postgresql_where=sa.text("subject IS NOT NULL"),
    )
    op.create_index("uq_ledger_entries_grant_id_seq", "ledger_entries", ["grant_id", "seq"], unique=True)
    op.create_table(
        "ledger_published",
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_ledger_published")),
    )
    op.create_table(
        "ledger_shards",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("vkey", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_shards")),
        sa.UniqueConstraint("origin", name=op.f("uq_ledger_shards_origin")),
    )
    op.create_table(
        "licensees",
        sa.Column("licensee", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("licensee", name=op.f("pk_licensees")),
    )
    op.create_index(op.f("ix_licensees_organisation_id"), "licensees", ["organisation_id"], unique=False)
    op.create_table(
        "manifests",
        sa.Column("manifest_id", sa.String(length=64), nullable=False),
        sa.Column("clip_id", sa.String(length=20), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("manifest_id", name=op.f("pk_manifests")),
    )
    op.create_index(op.f("ix_manifests_clip_id"), "manifests", ["clip_id"], unique=False)
    op.create_index(op.f("ix_manifests_speaker_id"), "manifests", ["speaker_id"], unique=False)
    op.create_table(
        "organisations",
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "paused_runs",
        sa.Column("run_id", sa.String(length=20), nullable=False),
        sa.Column("production_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("paused_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_paused_runs")),
    )
    op.create_index(op.f("ix_paused_runs_organisation_id"), "paused_runs", ["organisation_id"], unique=False)
    op.create_table(
        "productions",
        sa.Column("production_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("licensee", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("project", sa.String(length=200), nullable=True),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("production_id", name=op.f("pk_productions")),
    )
    op.create_index(op.f("ix_productions_organisation_id"), "productions", ["organisation_id"], unique=False)
    op.create_table(
        "protected_voices",
        sa.Column("protected_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("added_at", sa.String(length=24), nullable=False),
        sa.Column("print_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("protected_id", name=op.f("pk_protected_voices")),
    )
    op.create_index(op.f("ix_protected_voices_organisation_id"), "protected_voices", ["organisation_id"], unique=False)
    op.create_table(
        "reservations",
        sa.Column("permit_id", sa.String(length=20), nullable=False),
        sa.Column("grant_id", sa.String(length=20), nullable=False),
        sa.Column("reserved_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("takes", sa.BigInteger(), nullable=False),
        sa.Column("outer_id", sa.String(length=20), nullable=True),
        sa.Column("run_id", sa.String(length=20), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.String(length=24), nullable=False),
        sa.CheckConstraint("made_ms >= 0 AND made_ms <= reserved_ms", name=op.f("ck_reservations_made")),
        sa.PrimaryKeyConstraint("permit_id", name=op.f("pk_reservations")),
    )
    op.create_index(op.f("ix_reservations_grant_id"), "reservations", ["grant_id"], unique=False)
    op.create_index(op.f("ix_reservations_outer_id"), "reservations", ["outer_id"], unique=False)
    op.create_table(
        "run_priorities",
        sa.Column("run_id", sa.String(length=20), nullable=False),
        sa.Column("production_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_priorities")),
    )
    op.create_index(op.f("ix_run_priorities_organisation_id"), "run_priorities", ["organisation_id"], unique=False)
    op.create_table(
        "speaker_keys",
        sa.Column("speaker_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("endorsement", sa.String(length=128), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("speaker_id", "number", name=op.f("pk_speaker_keys")),
    )
    op.create_table(
        "speakers",
        sa.Column("speaker_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("state_version", sa.BigInteger(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("house", sa.Boolean(), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=True),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("died_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("speaker_id", name=op.f("pk_speakers")),
    )
    op.create_index(op.f("ix_speakers_organisation_id"), "speakers", ["organisation_id"], unique=False)
    op.create_table(
        "voices",
        sa.Column("voice_id", sa.String(length=20), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=True),
        sa.Column("engine", sa.String(length=64), nullable=False),
        sa.Column("engine_digest", sa.String(length=64), nullable=False),
        sa.Column("voice_digest", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("artifact_id", sa.String(length=20), nullable=False),
        sa.Column("similarity_milli", sa.Integer(), nullable=True),
        sa.Column("house", sa.Boolean(), nullable=False),
        sa.Column("path", sa.String(length=16), nullable=False),
        sa.Column("enrollment_id", sa.String(length=20), nullable=True),
        sa.Column("licence", sa.String(length=32), nullable=True),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("voice_id", name=op.f("pk_voices")),
    )
    op.create_index(op.f("ix_voices_organisation_id"), "voices", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_voices_speaker_id"), "voices", ["speaker_id"], unique=False)
    op.create_table(
        "artifact_parents",
        sa.Column("child_id", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["artifacts.artifact_id"], name=op.f("fk_artifact_parents_child_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["artifacts.artifact_id"], name=op.f("fk_artifact_parents_parent_id")),
        sa.PrimaryKeyConstraint("child_id", "parent_id", name=op.f("pk_artifact_parents")),
    )
    op.create_index("ix_artifact_parents_parent_id", "artifact_parents", ["parent_id"], unique=False)
    op.create_table(
        "artifact_speakers",
        sa.Column("artifact_id", sa.String(length=20), nullable=False),
        sa.Column("speaker_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.artifact_id"], name=op.f("fk_artifact_speakers_artifact_id")
        ),
        sa.PrimaryKeyConstraint("artifact_id", "speaker_id", name=op.f("pk_artifact_speakers")),
    )
    op.create_index("ix_artifact_speakers_speaker_id", "artifact_speakers", ["speaker_id"], unique=False)
