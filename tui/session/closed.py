"""What a terminal program could let out and this one does not: the clipboard, screenshots, links, files, a shell.

Textual offers these to every app.  Each would carry what stands on the screen past the gate, so each is closed here;
exports are made with `rekisteri export`, which is a transfer like any other.
"""

from __future__ import annotations

from typing import NoReturn

from core.errors import Refused
from core.messages import N_


class WayOutClosed(Refused):
    """Something wanted to copy, photograph, save or open what is on the screen."""

    code = "tui.way_out_closed"
    sentence = N_("What is on the screen stays there: there is no clipboard, screenshot, link or shell here.")
    advice = N_("Files for a recipient are made with: rekisteri export")


def _closed(*_: object, **__: object) -> NoReturn:
    """Refuse, whatever is asked.

    Raises:
        WayOutClosed: always.
    """
    raise WayOutClosed


class Closed:
    """The part of an app that refuses; it stands before Textual's `App` among the bases."""

    copy_to_clipboard = _closed
    action_screenshot = _closed
    export_screenshot = _closed
    save_screenshot = _closed
    deliver_screenshot = _closed
    deliver_text = _closed
    deliver_binary = _closed
    open_url = _closed
    suspend = _closed
    action_suspend_process = _closed
