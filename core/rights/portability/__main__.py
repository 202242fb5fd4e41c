"""`python -m core.rights.portability` writes the published schema anew."""

from __future__ import annotations

from pathlib import Path

from core.rights.portability.form import schema_text

if __name__ == "__main__":
    path = Path(__file__).parents[3] / "docs" / "schemas" / "customer-portability-v1.schema.json"
    path.write_text(schema_text(), encoding="utf-8")
