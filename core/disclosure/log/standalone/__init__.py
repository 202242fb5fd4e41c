"""What goes with every export: a verifier in one file, one for the shell, and how to use them.

Neither imports anything of ours, nor is imported by the register: they are read here as bytes and shipped.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

TOOL_NAMES: Final = ("README.txt", "verify-log.sh", "verify_log.py")


def tools() -> Iterator[tuple[str, bytes]]:
    """Name and content of each file that goes with an export."""
    for name in TOOL_NAMES:
        yield name, resources.files(__name__).joinpath(name).read_bytes()
