"""What a sandbox has accepted, kept in a file so that a test may kill anything and count afterwards."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Journal:
    """JSON lines, appended and synced; without a path nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def append(self, entry: dict[str, Any]) -> None:
        """Keep *entry*, durably."""
        if self._path is None:
            return
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())

    def entries(self) -> Iterator[dict[str, Any]]:
        """What was kept, in order; a line cut off by a power cut ends it."""
        if self._path is None or not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                return
