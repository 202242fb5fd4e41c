"""Alembic's entry: migrate on the connection that `core.migrations.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from core.database import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False
)
context.run_migrations()
