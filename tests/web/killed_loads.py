"""Reading a file of the site's in a process of its own, to be killed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import FixedClock
from core.customers import web_loading
from core.database import Database
from core.keys import KeyRing
from tests.support.killing import FINISHED
from tests.support.update_house import IMPORTER, MORNING, register_of
from tests.support.web_house import SITE

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from core.batches.types import Progress

SMALL_CHUNKS = 10


def load_until_killed(url: str, directory: str, file: str, told: Connection) -> None:
    """Load *file* in small chunks, telling after each."""
    vars(web_loading)["CHUNK"] = SMALL_CHUNKS
    folder, clock = Path(directory), FixedClock(MORNING)
    register = register_of(Database.open(url, clock), KeyRing.load(folder / "master.key"), folder, clock)

    def tell(progress: Progress) -> None:
        told.send(progress.done)

    web_loading.load(register, IMPORTER, Path(file), SITE, progress=tell)
    told.send(FINISHED)
