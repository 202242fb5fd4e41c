"""Back to the case after something was handed over: the transfer, the file, and the passphrase that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_, tr

if TYPE_CHECKING:
    from core.rights.handing import Given
    from tui.app import RegisterApp


async def handed_over(desk: RegisterApp, given: Given) -> None:
    """Leave the screen on top; the case says where the file is, or that there is none."""
    await desk.back("handed over")
    if given.file is None:
        none = tr(N_("Transfer {number}: there is no file."), desk.language, number=given.transfer)
        desk.current.say(none, "error")
        return
    words = N_("Transfer {number}. To be printed and posted: {file}")
    if given.passphrase is not None:
        words = N_("Transfer {number}: {file}. Passphrase {passphrase}: tell it by another way.")
    told = tr(words, desk.language, number=given.transfer, file=given.file, passphrase=given.passphrase or "")
    desk.current.say(told, "done")
