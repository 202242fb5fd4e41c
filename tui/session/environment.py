"""The environment that Textual reads when it is imported, made the same for everybody.

A member of staff's shell must not be able to switch on a debug log of the screen (`TEXTUAL_LOG`), a screenshot
(`TEXTUAL_SCREENSHOT`), pressed keys (`TEXTUAL_PRESS`) or another driver; and what costs bytes on a slow line is off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping

SETTINGS: Final = {
    # A page down in a scrolling view costs 76 kB with animation, 4 kB without.
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
    # One protocol for keys on every terminal: the one that PuTTY and the Linux console speak.
    "TEXTUAL_DISABLE_KITTY_KEY": "1",
}


def neutralise(environment: MutableMapping[str, str]) -> None:
    """Remove what could change Textual, then set what we rely on; call it before Textual is imported."""
    for name in [name for name in environment if name.startswith("TEXTUAL")]:
        del environment[name]
    environment.update(SETTINGS)
    environment["TEXTUAL_COLOR_SYSTEM"] = "256" if "256" in environment.get("TERM", "") else "standard"
    # It adds bytes, and nothing here is said by colour alone.
    environment.pop("NO_COLOR", None)
    # A shell that exports its size would hold the screens to it after the window has been dragged.
    environment.pop("COLUMNS", None)
    environment.pop("LINES", None)
