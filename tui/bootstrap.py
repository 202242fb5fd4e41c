"""The composition root of the front ends: the register with the hub's partners as its ways out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from core.config import load_config
from core.documents import leads_to_a_file, leads_to_the_person
from core.register import Register, open_register

if TYPE_CHECKING:
    from pathlib import Path

    from core.disclosure.exits import Exit
    from integrations.hub import Hub


class Workplace:
    """The register and, when somebody sends or fetches, the hub: adapters and the network load only then."""

    def __init__(self, config_path: Path | None) -> None:
        self.register: Register = open_register(load_config(config_path), self._exit)
        self.hub = cache(self._open_hub)

    def _open_hub(self) -> Hub:
        from integrations.hub import Hub

        return Hub(self.register.config, self.register.database, self.register.clock)

    def _exit(self, name: str) -> Exit:
        if leads_to_a_file(name):
            from core.documents.exits import file_exit
            from integrations.typesetter import Typst

            return file_exit(self.register.config, Typst(), name)
        if leads_to_the_person(name):
            from core.documents.handover import person_exit
            from integrations.typesetter import Typst

            return person_exit(self.register.config, Typst(), name)
        return self.hub().exit(name)

    def close(self) -> None:
        """Let everything go."""
        self.register.close()
