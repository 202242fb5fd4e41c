"""Build step of the wheel: catalogues are compiled, so that an installed register speaks Finnish without Babel."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface[Any]):
    """Compiles every ``.po`` below ``core/messages`` before files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run the same script as ``make messages``."""
        runpy.run_path(str(Path(self.root) / "core" / "messages" / "compile.py"), run_name="__main__")
