"""`python -m integrations.web_registrations` writes the published schema anew."""

from __future__ import annotations

from pathlib import Path

from integrations.web_registrations.wire import schema_text

if __name__ == "__main__":
    path = Path(__file__).parents[2] / "docs" / "schemas" / "web-registration-v1.schema.json"
    path.write_text(schema_text(), encoding="utf-8")
