"""A drill is held at the site whose backups are made and restored."""

from __future__ import annotations

from tests.backup.conftest import house, site

__all__ = ["house", "site"]
