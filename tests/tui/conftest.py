"""The office, for each test of a screen."""

from __future__ import annotations

from tests.support.office import office, office_template

__all__ = ["office", "office_template"]
