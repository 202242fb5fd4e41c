"""Standard input and output as they are found: closed, full, or with nobody at the other end."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.messages import N_, tr
from core.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

FAILED: Final = 1


def ensure_streams() -> None:
    """Put something that reads as empty, or swallows what is written, in the place of a closed stream."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # Lives as long as the program does.
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def finish_output(language: str) -> int:
    """Write out what is still to be printed; the exit code of failing at that, 0 when all is written.

    A reader of a pipe that went away (`| head`) is no fault and gets no sentence.
    """
    code = 0
    try:
        sys.stdout.flush()
    except OSError as error:
        code = FAILED
        if not isinstance(error, BrokenPipeError):
            words = N_("Not everything could be printed: {reason}. What the command did stands.")
            reason = tr(reason_of(error), language)
            spoken(lambda: sys.stderr.write(tr(words, language, reason=reason) + "\n"))
        _swallow(sys.stdout)
    with suppress(OSError):
        sys.stderr.flush()
        return code
    _swallow(sys.stderr)
    return code


def spoken(say: Callable[[], object]) -> None:
    """Say something on standard error; when even that cannot be written, the exit code speaks alone."""
    with suppress(OSError):
        say()


def _swallow(stream: TextIO) -> None:
    """Send the rest to nowhere, or the interpreter would complain on its way out."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
