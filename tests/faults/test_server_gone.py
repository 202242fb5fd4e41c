"""PostgreSQL that is not there, does not know us, or dies in the middle: code 3, a sentence, nothing half-written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.batches import service as batches
from core.clock import FixedClock
from core.customers import first_load, invoicing, orders
from core.customers.orders import OrderState
from core.disclosure import transfers
from core.disclosure.errors import OutcomeNotRecorded
from core.disclosure.gate import Gate
from core.disclosure.types import TransferState
from core.errors import DatabaseUnavailable
from integrations.sandbox.asiakastieto import AsiakastietoSandbox
from integrations.sandbox.netvisor import NetvisorSandbox
from tests.support.awkward import (
    LANGUAGES,
    SEED,
    SIZE,
    World,
    actor,
    copy_world,
    found_template,
    move_to,
    placed_order,
)
from tests.support.postgres import running_cluster
from tui.demo.files import write_register
from tui.demo.setting import Partners

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.postgres import Cluster

NEW = 60
TEMPLATE = "faults_template"
VARIABLE = "REKISTERI_DATABASE_URL"


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A server that only this file's tests stop and start; one user of it needs a password."""
    with running_cluster() as cluster:
        rules = cluster.directory / "data" / "pg_hba.conf"
        rules.write_text("local all locked scram-sha-256\nlocal all all trust\n")
        with cluster.administer() as connection:
            connection.execute("CREATE ROLE locked LOGIN PASSWORD 'oikea'")
            connection.execute("SELECT pg_reload_conf()")
        yield cluster


@pytest.fixture(scope="module")
def template(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a register founded in the server's template database."""
    folder = tmp_path_factory.mktemp("server") / "world"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, server.create_database(TEMPLATE))
        found_template(folder)
    return folder


@pytest.fixture
def on_server(
    server: Cluster,
    template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[World]:
    """A small register in a database of its own on the server."""
    name = f"faults_{tmp_path.name}"
    monkeypatch.setenv(VARIABLE, server.create_database(name, TEMPLATE))
    # A sequence that came with the template is not safe from a crash before the server's next checkpoint.
    with server.administer() as connection:
        connection.execute("CHECKPOINT")
    yield copy_world(template, tmp_path / "world", monkeypatch, capsys)
    server.drop_database(name)


@pytest.fixture
def partners() -> Iterator[Partners]:
    """Partners that keep nothing."""
    with NetvisorSandbox() as accountant, AsiakastietoSandbox() as bureau:
        yield Partners(accountant, bureau)


UNREACHED: dict[str, tuple[str, str, str]] = {
    "no socket": ("postgresql+psycopg://u@/x?host=/nonexistent", "ei ole kuuntelijaa", "nothing listens"),
    "refused": ("postgresql+psycopg://u@127.0.0.1:1/x", "ei ole kuuntelijaa", "nothing listens"),
    "unknown host": ("postgresql+psycopg://u@kone.invalid/x", "konetta ei tunneta", "host is not known"),
    "no database": ("postgresql+psycopg://postgres@/none?host={server}", "ei ole", "no such database"),
    "no user": ("postgresql+psycopg://none@/postgres?host={server}", "ei ole", "no such database or user"),
    "no password": ("postgresql+psycopg://locked@/postgres?host={server}", "salasana", "password"),
    "not ours": ("postgresql+psycopg://postgres@/postgres?host={server}", "ei ole rekisteriä", "no register"),
}


@pytest.mark.parametrize("name", UNREACHED)
def test_a_server_that_lets_nobody_in_is_told(world: World, server: Cluster, name: str) -> None:
    """Dead, unknown, or with another user's door: code 3, why, and what to do, in both languages."""
    url, *words = UNREACHED[name]
    world.patch.setenv(VARIABLE, url.format(server=server.directory))
    for language, word in zip(LANGUAGES, words, strict=True):
        for command in (("db", "check"), ("load", "vanha.csv", "--mapping", "customers", "--yes")):
            world.run(*command, language=language).refuses(3, word)


def test_a_wrong_password_is_told_and_not_shown(world: World, server: Cluster) -> None:
    """The password that the configuration refers to does not fit: said in words, and written nowhere."""
    secret = world.folder / "database.password"
    secret.write_text("arvaus-väärä")
    secret.chmod(0o600)
    url = f"postgresql+psycopg://locked@/postgres?host={server.directory}"
    world.edit(
        "[register]\n", f'[database]\nurl = "{url}"\npassword = "file:database.password"\n\n[register]\n'
    )
    for language, word in zip(LANGUAGES, ("salasana on väärin", "password is wrong"), strict=True):
        said = world.run("db", "check", language=language)
        said.refuses(3, word)
        assert "arvaus" not in said.err


def dies(server: Cluster) -> None:
    """The power fails."""
    server.kill()


def forgets_us(server: Cluster) -> None:
    """An administrator ends every connection."""
    with server.administer() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname LIKE 'faults_%'"
        )


@pytest.mark.parametrize("end", [dies, forgets_us])
def test_a_load_whose_server_goes_away_goes_on_later(
    on_server: World, server: Cluster, end: Callable[[Cluster], None]
) -> None:
    """Code 3 in the middle of a load; what was committed stands, and the same command loads the rest, each row once."""
    path = on_server.folder / "uusi.csv"
    write_register(path, seed=SEED, count=SIZE + NEW)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], *lines[SIZE + 1 :]]))
    on_server.patch.setattr(first_load, "CHUNK", 20)
    load = ("load", path, "--mapping", "customers", "--yes")
    real, calls = batches.advance, 0

    def advance(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            end(server)
        return real(*arguments, **named)  # type: ignore[arg-type]

    with on_server.patch.context() as patch:
        patch.setattr(batches, "advance", advance)
        on_server.run(*load, language="fi").refuses(3, "yhteys katkesi")
    if end is dies:
        on_server.run(*load).refuses(3, "nothing listens")
        server.restart()
    assert on_server.count() == SIZE + 20
    assert on_server.run(*load).code == 0
    assert on_server.count() == SIZE + NEW


def test_a_sending_whose_server_dies_is_settled_later(
    on_server: World, server: Cluster, partners: Partners
) -> None:
    """Dead before the intent: nothing leaves.  Dead before the outcome: in doubt, asked later, at the partner once."""
    move_to(on_server, partners)
    workplace = on_server.open()
    register = workplace.register
    order_id = placed_order(register)
    server.kill()
    with pytest.raises(DatabaseUnavailable, match=r"connection broke|nothing listens"):
        invoicing.send_order(register, actor(), order_id)
    assert not partners.accountant.requests
    server.restart()
    finish = Gate._finish

    def dying(*arguments: object) -> object:
        server.kill()
        return finish(*arguments)  # type: ignore[arg-type]

    with on_server.patch.context() as patch:
        patch.setattr(Gate, "_finish", dying)
        with pytest.raises(OutcomeNotRecorded):
            invoicing.send_order(register, actor(), order_id)
    workplace.close()
    server.restart()
    later = on_server.open()
    clock = FixedClock(datetime.now(UTC))
    later.register.clock = clock
    (number,) = later.register.gate.recover().in_doubt
    clock.advance(3600)
    with later.register.database.reading() as connection:
        transfer_id = transfers.find_id(connection, str(number))
    assert later.register.gate.settle(actor(), transfer_id).state is TransferState.DELIVERED
    with later.register.database.reading() as connection:
        assert orders.get(connection, order_id).state is OrderState.SENT
    assert len(partners.accountant.invoices) == 1
    assert later.register.log.verify(transfers.stored_lines).verified
    later.close()
