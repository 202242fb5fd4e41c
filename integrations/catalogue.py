"""Which adapters are installed: entry points read by name, manifests read as files, adapters imported when used."""

from __future__ import annotations

import importlib
import importlib.util
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.messages import N_
from integrations.errors import BadManifest, NoSuchPartner
from integrations.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integrations.manifest import Manifest
    from integrations.protocol import Adapter

GROUP: Final = "rekisteri.adapters"
MANIFEST: Final = "manifest.toml"


class Catalogue:
    """The installed adapters.  An entry point names a package that holds ``manifest.toml`` and ``adapter.py``."""

    def __init__(self, installed: Iterable[EntryPoint] | None = None) -> None:
        found = entry_points(group=GROUP) if installed is None else installed
        self._packages = {entry.name: entry.module for entry in found}

    def names(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(sorted(self._packages))

    def manifest(self, name: str) -> Manifest:
        """The manifest of an adapter, whose code is not imported for it.

        Raises:
            NoSuchPartner: none of that name is installed.
            BadManifest: it cannot be found or used.
        """
        spec = importlib.util.find_spec(self._package(name))
        if spec is None or not spec.submodule_search_locations:
            raise BadManifest(partner=name, reason=N_("its package is not there"))
        return read_manifest(Path(spec.submodule_search_locations[0]) / MANIFEST, name)

    def adapter(self, name: str) -> Adapter:
        """The adapter itself; its module is imported now.

        Raises:
            NoSuchPartner: none of that name is installed.
        """
        module = importlib.import_module(f"{self._package(name)}.adapter")
        adapter: Adapter = module.ADAPTER()
        return adapter

    def _package(self, name: str) -> str:
        if name not in self._packages:
            raise NoSuchPartner(partner=name, installed=", ".join(self.names()))
        return self._packages[name]
