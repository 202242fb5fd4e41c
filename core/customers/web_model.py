"""The tables of registrations that came through the company's site."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from core.database import Identity, Instant, JsonText, metadata

web_file_table: Final = Table(
    "web_file",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, index=True),
    # The line up to which it has been read, and how many lines had which outcome.
    Column("position", BigInteger, nullable=False),
    Column("counts", JsonText, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("actor_id", Identity),
    Column("actor_name", Text, nullable=False),
    Column("quarantine_file", Text),
)

_kept: Final = text("sealed IS NOT NULL")

web_registration_table: Final = Table(
    "web_registration",
    metadata,
    Column("id", Identity, primary_key=True),
    # The site's own id of the submission, by which one that comes again is recognised.
    Column("submission", Text, nullable=False, unique=True),
    # Keyed, over all that it said: the same id with other content is not the same submission.
    Column("digest", LargeBinary(32), nullable=False),
    Column("form", Text, nullable=False),
    Column("file_id", Identity, ForeignKey("web_file.id"), nullable=False),
    # Whose it is; NULL while a person has to decide, and after one has refused it.
    Column("customer_id", Identity, ForeignKey("customer.id"), index=True),
    Column("state", Text, nullable=False, index=True),
    Column("urgent", Boolean(create_constraint=False), nullable=False),
    # [[customer id, what it was recognised by, ...], ...]
    Column("candidates", JsonText, nullable=False),
    # What it says of the person, until a person has decided: a text, sealed under the registration's own key.
    Column("values", JsonText),
    Column("bans", JsonText, nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("visits", Integer, nullable=False),
    # IP address, browser and visits, under the customer's own key (the registration's own while nobody has decided).
    Column("sealed", LargeBinary),
    Column("visits_deleted_at", Instant),
    Column("decided_at", Instant),
    Column("decided_by", Identity),
    Column("decided_by_name", Text),
    Column("note", Text),
    CheckConstraint("state IN ('added', 'known', 'proposed', 'accepted', 'rejected')", name="state"),
    Index("ix_web_registration_kept", "submitted_at", sqlite_where=_kept, postgresql_where=_kept),
)
