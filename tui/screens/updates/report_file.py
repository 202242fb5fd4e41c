"""A run's written report as a file where exports lie; it names no customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.actor import Role, require
from core.disclosure.review.report import as_pages
from core.updates.written_report import written_report
from integrations.typesetter import Typst
from tui.cli.log_receipts import write_new

if TYPE_CHECKING:
    from pathlib import Path

    from tui.session.seat import Seat

# As the command that writes it has them.
WRITERS = (Role.IMPORTER, Role.REVIEWER)


def write_report(seat: Seat, run: int, language: str) -> Path:
    """Write the report of *run* as PDF; its name has the moment, so that no earlier one is written over.

    Raises:
        NotPermitted, NoSuchBatch: who asks may not, or there is no such run.
        FileUnwritable: the folder takes no file.
    """
    require(seat.actor, *WRITERS)
    with seat.reading() as connection:
        made = written_report(seat.register, connection, run, language)
    folder = seat.register.config.files.export_directory
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"update-{run}-{made.made_at:%Y%m%d-%H%M%S}.pdf"
    write_new(path, Typst().pdf(as_pages(made)))
    return path
