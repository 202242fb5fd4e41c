"""An address update end to end, against bare set-based SQL, what people use otherwise, and those who work meanwhile.

Each contender has a process of its own and a copy of the same register; rows a second are by the processor's time where
the work is all in one process, by the clock on PostgreSQL, whose server works in another. Peers are measured on SQLite.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.measure import Measurement, Options, percentile
from benchmarks.updates_contender import PEERS
from benchmarks.updates_peers import prepare_sqlite_utils
from core.actor import SYSTEM
from core.customers.errors import ChangedMeanwhile
from core.customers.search import search
from core.customers.service import change, get
from core.customers.types import Source, SourceKind
from core.database import Database
from tests.support.postgres import running_cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.postgres import Cluster

ROOT: Final = Path(__file__).parents[1]
TYPED: Final = ("vir", "mäk", "korhonen an", "00100", "040 1")
CALL: Final = Source(SourceKind.STAFF, "call")
_PAUSE: Final = 0.05


@dataclass(frozen=True, slots=True)
class House:
    """Where registers of one size are: a folder, the answer, and what copies the register under a name."""

    directory: Path
    answer: Path
    copy: Callable[[str], str]
    kind: str
    count: int

    def contend(self, who: str, url: str, answer: Path | None = None) -> dict[str, float]:
        """One contender in its process."""
        command = self._command(who, url, answer or self.answer)
        done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found

    def start(self, who: str, url: str) -> subprocess.Popen[bytes]:
        """One contender, to be waited for."""
        return subprocess.Popen(self._command(who, url, self.answer), cwd=ROOT, stdout=subprocess.DEVNULL)

    def _command(self, who: str, url: str, answer: Path) -> list[str]:
        module = "benchmarks.updates_contender"
        return [sys.executable, "-m", module, who, url, str(self.directory), str(answer)]

    def first(self, rows: int) -> Path:
        """The answer's first rows alone."""
        path = self.directory / "few.csv"
        with self.answer.open("rb") as stream:
            path.write_bytes(b"".join(islice(stream, rows + 1)))
        return path

    def rate(self, figures: dict[str, float]) -> float:
        """Rows a second."""
        return self.count / figures["processor" if self.kind == "sqlite" else "seconds"]


def run(options: Options) -> Iterator[Measurement]:
    """At each size on each database: end to end, undo, memory, the peers, and searches and saves meanwhile."""
    for kind in options.databases:
        for count in options.customers:
            with _house(kind, count) as house:
                yield from _end_to_end(house)
                if kind == "sqlite":
                    yield from _peers(house)
                yield from _meanwhile(house)


def _end_to_end(house: House) -> Iterator[Measurement]:
    name = f"{house.kind} {house.count}"
    bare = house.contend("bare", house.copy("bare"))
    url = house.copy("ours")
    ours = house.contend("ours", url)
    undone = house.contend("undone", url)
    limit = house.rate(bare)
    yield Measurement(f"update {name}", house.rate(ours), "rows/s", limit, "≥ 0.5 ×")
    yield Measurement(f"update {name}, by the clock", house.count / ours["seconds"], "rows/s",
                      house.count / bare["seconds"])  # fmt: skip
    yield Measurement(f"update {name}, reading it", ours["reading"], "s", ours["seconds"])
    yield Measurement(f"update {name}, memory", ours["megabytes"], "MB", bare["megabytes"], "≤ 300 MB")
    yield Measurement(f"undo {name}", house.rate(undone), "rows/s", limit)
    yield Measurement(f"undo {name}, memory", undone["megabytes"], "MB", None, "≤ 300 MB")


def _peers(house: House) -> Iterator[Measurement]:
    """An answer about a tenth of the customers, as it would come, by the clock."""
    rows = house.count // 10
    answer = house.first(rows)
    ours = house.contend("ours", house.copy("again"), answer)["seconds"]
    for peer in PEERS:
        if importlib.util.find_spec(peer) is None:
            sys.stderr.write(
                f"  {peer} is not installed: pip install '.[bench]' to have it measured beside\n"
            )
            continue
        url = house.copy(peer)
        if peer == "sqlite_utils":
            prepare_sqlite_utils(Path(url.removeprefix("sqlite:///")))
        figures = house.contend(peer, url, answer)
        goal = "" if peer == "sqlite_utils" else "we are ahead: > 1 ×"
        name = f"{peer}, {rows} rows over {house.count} customers"
        yield Measurement(f"{name}, beside ours", figures["seconds"], "s", ours, goal)
        yield Measurement(f"{name}, memory", figures["megabytes"], "MB")


def _meanwhile(house: House) -> Iterator[Measurement]:
    """Searches and saves of others, timed while an update runs from beginning to end."""
    url = house.copy("meanwhile")
    searches: list[float] = []
    saves: list[float] = []
    working = house.start("ours", url)
    threads = [
        threading.Thread(target=work, args=(url, working, spent))
        for work, spent in ((_search, searches), (_save, saves))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if working.wait():
        raise subprocess.CalledProcessError(working.returncode, "updates_contender")
    for what, spent, goal in (("search", searches, 30), ("save", saves, 300)):
        name = f"{what} during an update {house.kind} {house.count}"
        yield Measurement(f"{name}, p99 of {len(spent)}", percentile(spent, 0.99), "ms", None, f"≤ {goal} ms")
        yield Measurement(f"{name}, p50", percentile(spent, 0.5), "ms")


def _search(url: str, working: subprocess.Popen[bytes], spent: list[float]) -> None:
    database = Database.open(url)
    number = 0
    while working.poll() is None:
        typed = TYPED[number % len(TYPED)]
        number += 1
        began = time.perf_counter()
        with database.reading() as connection:
            search(connection, typed)
        spent.append((time.perf_counter() - began) * 1000)
        time.sleep(_PAUSE)
    database.close()


def _save(url: str, working: subprocess.Popen[bytes], spent: list[float]) -> None:
    """Change customers from the end of the register, each anew, as somebody at a desk does."""
    database = Database.open(url)
    with database.reading() as connection:
        last = int(connection.exec_driver_sql("SELECT max(id) FROM customer").scalar_one())
    number = 0
    while working.poll() is None:
        began = time.perf_counter()
        while not _saved(database, last - number % 100, f"+35840{number % 1_000_000:07}"):
            continue  # The update came between: saved over the newer state, and both tries are timed.
        spent.append((time.perf_counter() - began) * 1000)
        number += 1
        time.sleep(_PAUSE)
    database.close()


def _saved(database: Database, customer_id: int, phone: str) -> bool:
    try:
        with database.unit_of_work() as uow:
            customer = get(uow.connection, customer_id)
            change(uow, SYSTEM, customer.id, {"phone": phone}, CALL, version=customer.version)
            uow.commit()
    except ChangedMeanwhile:
        return False
    return True


@contextmanager
def _house(kind: str, count: int) -> Iterator[House]:
    with tempfile.TemporaryDirectory(suffix=f"-{count}") as folder:
        directory = Path(folder)
        answer = directory / "answer.csv"
        if kind == "sqlite":
            template = directory / "template.db"
            house = House(directory, answer, lambda name: _copied(template, name), kind, count)
            house.contend("fill", f"sqlite:///{template}")
            yield house
            return
        with running_cluster() as cluster:
            house = House(directory, answer, lambda name: _recreated(cluster, name), kind, count)
            house.contend("fill", cluster.create_database("filled"))
            yield house


def _copied(template: Path, name: str) -> str:
    """One copy at a time: a register of a million customers is a gigabyte."""
    for path in template.parent.glob("work-*"):
        path.unlink()
    copy = template.with_name(f"work-{name}.db")
    shutil.copyfile(template, copy)
    return f"sqlite:///{copy}"


def _recreated(cluster: Cluster, name: str) -> str:
    for other in [it for it in cluster.databases if it.startswith("work_")]:
        cluster.drop_database(other)
    url = cluster.create_database(f"work_{name}", "filled")
    database = Database.open(url)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    database.close()
    return url
