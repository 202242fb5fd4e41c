"""Write ``config.example.toml`` anew: ``python -m core.config > config.example.toml``."""

from __future__ import annotations

import sys

from core.config.example import example_text

if __name__ == "__main__":
    sys.stdout.write(example_text())
