"""One register's settings: ``config.toml`` in, strictly; an example and a new one out, from the same structs."""

from __future__ import annotations

from core.config.reading import Reading, find_config, load_config, read_config
from core.config.schema import (
    Config,
    Controller,
    LoadMapping,
    Partner,
    Recipient,
    UpdateAnswer,
    UpdateService,
)
from core.config.secret import Secret

__all__ = [
    "Config",
    "Controller",
    "LoadMapping",
    "Partner",
    "Reading",
    "Recipient",
    "Secret",
    "UpdateAnswer",
    "UpdateService",
    "find_config",
    "load_config",
    "read_config",
]
