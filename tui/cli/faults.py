"""The last boundary: an error nobody foresaw becomes a sentence with a number, and a note for the developers.

The note holds the traceback's files, lines and function names and the error's type, never its message or values:
those may hold personal data.
"""

from __future__ import annotations

import os
import secrets
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from core import environment
from core.messages import DEFAULT_LANGUAGE, LANGUAGES, N_, tr
from tui.cli.streams import spoken


def _language() -> str:
    language = (environment.LOCALE.value() or environment.LANG.value() or "")[:2]
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


def write_note(error: BaseException) -> str:
    """Write what is known of *error* to the faults file; returns the number that a person can quote."""
    number = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [
        f"{datetime.now(UTC).isoformat(timespec='seconds')} {number} {type(error).__module__}.{type(error).__name__}"
    ]
    lines += [f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    state = Path(environment.STATE_HOME.value() or Path.home() / ".local" / "state") / "rekisteri"
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(state / "faults.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
    except OSError:
        # Nowhere to write: the sentence must still reach the person.
        return f"{number} ({type(error).__name__})"
    return number


def report_unexpected(error: BaseException, language: str | None = None) -> int:
    """Tell the person, in a sentence; returns the exit code 1."""
    number = write_note(error)
    sentence = N_(
        "Something unexpected happened (fault {number}). Nothing was half-written: open work was rolled back."
    )
    advice = N_("Give the number to whoever looks after the program; details are in faults.log.")
    spoken_in = language or _language()
    told = f"{tr(sentence, spoken_in, number=number)}\n{tr(advice, spoken_in)}\n"
    spoken(lambda: sys.stderr.write(told))
    return 1
