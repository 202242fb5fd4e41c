"""Which version of the program this is."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def version() -> str:
    """The installed distribution's version, e.g. ``0.1.0``."""
    return metadata.version("asiakasrekisteri")
