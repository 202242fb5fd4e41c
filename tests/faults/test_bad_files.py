"""Files that are not what they should be: configuration, keys, database, tables; each refusal is a sentence."""

from __future__ import annotations

import base64
import os
import secrets
import sqlite3
from typing import TYPE_CHECKING

import pytest

from core.database import Database
from core.errors import DatabaseUnavailable, RegisterError
from core.tabular import open_table
from tests.support.awkward import LANGUAGES, SIZE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.awkward import World


def _folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe_instead(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def _sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1 << 30)


# --- what a table is read from

NO_TABLES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "not there": (lambda path: None, "ei ole", "no such file"),
    "a folder": (lambda path: path.mkdir(), "hakemisto", "directory"),
    "a pipe": (os.mkfifo, "hakemisto tai laite", "device"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "laite", "device"),
    "nothing": (lambda path: path.symlink_to("/dev/null"), "laite", "device"),
    "a link round in a circle": (lambda path: path.symlink_to(path.name), "kehää", "circle"),
    "empty": (lambda path: path.touch(), "tyhjä", "empty"),
    "a gap of a gigabyte": (_sparse, "binääri", "binary"),
    "cells of 10 MB": (lambda path: path.write_text("a" * 10_000_000 + ";b\n"), "otsikoiksi", "headings"),
}


@pytest.mark.parametrize("name", NO_TABLES)
def test_what_is_no_table_is_refused_by_every_verb_that_reads_one(world: World, name: str) -> None:
    """Nothing hangs, nothing is read twice, and the sentence names the file, in both languages."""
    make, *words = NO_TABLES[name]
    path = world.folder / "huono.csv"
    make(path)
    for language, word in zip(LANGUAGES, words, strict=True):
        for command in (
            ("load", path, "--mapping", "customers", "--yes"),
            ("load", path, "--mapping", "customers", "--preview"),
            ("update", "preview", "addresses", path),
        ):
            world.run(*command, language=language).refuses(1, word, "huono.csv")
    assert world.count() == SIZE


def test_a_table_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    """The system's refusal is passed on as a sentence; root, whom no mode stops, becomes somebody else for it."""
    path = tmp_path / "oma.csv"
    path.write_text("A;B\n1;2\n")
    path.chmod(0)
    uid = os.geteuid()
    if uid == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(RegisterError) as caught:
            open_table(path, {"a": "A"})
    finally:
        os.seteuid(uid)
    assert "no right to it" in caught.value.explain("en").sentence
    assert "ei ole siihen oikeutta" in caught.value.explain("fi").sentence


# --- config.toml

BAD_CONFIGS: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "register", "register"),
    "binary": (b"\x00\xff\xfe", "UTF-8", "UTF-8"),
    "another encoding": ("[register]\nname = 'ä'".encode("utf-16"), "UTF-8", "UTF-8"),
    "unclosed table": (b"[register", "rivi", "line 1"),
    "a table twice": (b"[log]\n[log]\n", "rivi", "line 2"),
    "brackets without end": (b"a = " + b"[" * 100_000, "sulkeita", "brackets"),
    "a number without end": (b"a = " + b"9" * 5000, "numeroita", "digits"),
}


@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_a_configuration_that_cannot_be_read_is_usage(world: World, name: str) -> None:
    """Every verb says which file and what is wrong in it; exit code 2."""
    content, *words = BAD_CONFIGS[name]
    world.config.write_bytes(content)
    for language, word in zip(LANGUAGES, words, strict=True):
        for command in (("db", "check"), ("load", "vanha.csv", "--mapping", "customers", "--yes")):
            world.run(*command, language=language).refuses(2, word, "config.toml")


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "folder"),
        (os.mkfifo, "pipe"),
        (lambda path: path.symlink_to("/dev/zero"), "device"),
        (lambda path: path.symlink_to(path.name), "circle"),
    ],
)
def test_a_configuration_that_is_no_file_is_usage(
    world: World, make: Callable[[Path], object], word: str
) -> None:
    """A pipe or a device instead of the file neither hangs nor fills the memory."""
    world.config.unlink()
    make(world.config)
    world.run("db", "check").refuses(2, word, "config.toml")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u@localhost/x",
        "::::",
        "postgresql+psycopg://u@127.0.0.1:port/x",
        "sqlite:///\\u0000",
        "postgresql+psycopg://u:open@127.0.0.1/x",
    ],
)
def test_an_address_that_is_none_is_usage(world: World, url: str) -> None:
    """A database.url that cannot be meant is named as such, whatever library first stumbles over it."""
    world.config.write_text(f'{world.config.read_text()}\n[database]\nurl = "{url}"\n')
    for said in world.in_both("db", "check").values():
        said.refuses(2, "database.url")


# --- keys

BAD_KEYS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "missing": (lambda path: path.unlink(), "ei ole", "no such file"),
    "read by others": (lambda path: path.chmod(0o640), "Muut voivat", "by others"),
    "empty": (lambda path: path.write_bytes(b""), "ei ole avainta", "not hold a key"),
    "garbage": (lambda path: path.write_bytes(b"\xff" * 60), "ei ole avainta", "not hold a key"),
    "not ASCII": (lambda path: path.write_bytes("äö".encode()), "ei ole avainta", "not hold a key"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:12]), "ei ole avainta", "not hold a key"),
    "a folder": (_folder_instead, "kansio", "folder"),
    "a pipe": (_pipe_instead, "putki", "pipe"),
}


@pytest.mark.parametrize("name", BAD_KEYS)
@pytest.mark.parametrize("key", ["master.key", "log.key"])
def test_a_key_file_that_is_not_as_it_should_be_stops_what_needs_it(
    world: World, key: str, name: str
) -> None:
    """The sentence names the key file, exit code 2, and nothing leaves."""
    make, *words = BAD_KEYS[name]
    make(world.folder / key)
    sent = world.folder / "exchange" / "address_file" / "out"
    for language, word in zip(LANGUAGES, words, strict=True):
        said = world.run("update", "send", "addresses", "--yes", language=language)
        said.refuses(2, word, key)
        assert not list(sent.glob("*"))


def test_another_master_key_is_found_out(world: World) -> None:
    """A key that belongs to another register opens nothing and is said to."""
    (world.folder / "master.key").write_bytes(base64.b64encode(secrets.token_bytes(32)))
    for said in world.in_both("update", "send", "addresses", "--yes").values():
        assert said.code in {1, 2}
        said.refuses(said.code)


# --- the database file


def _corrupt(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 40] = b"\xee" * (4096 * 39)
    path.write_bytes(content)


def _version(path: Path, version: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.commit()
    connection.close()


def _somebody_elses(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE x (y)")
    connection.commit()
    connection.close()


BAD_DATABASES: dict[str, tuple[Callable[[Path], object], int, str, str]] = {
    "missing": (lambda path: path.unlink(), 3, "ei ole rekisteriä", "no register"),
    "empty": (lambda path: path.write_bytes(b""), 3, "ei ole rekisteriä", "no register"),
    "somebody else's": (_somebody_elses, 3, "ei ole rekisteriä", "no register"),
    "garbage": (lambda path: path.write_bytes(b"x" * 9000), 3, "vioittunut", "damaged"),
    "half": (lambda path: path.write_bytes(path.read_bytes()[: 1 << 15]), 3, "vioittunut", "damaged"),
    "damaged": (_corrupt, 3, "vioittunut", "damaged"),
    "a folder": (_folder_instead, 3, "ei voi avata", "cannot be opened"),
    "older": (lambda path: _version(path, "0002"), 1, "db upgrade", "db upgrade"),
    "newer": (lambda path: _version(path, "9000"), 1, "uudempi", "newer"),
}


@pytest.mark.parametrize("name", BAD_DATABASES)
def test_a_database_that_is_not_the_registers_is_refused(world: World, name: str) -> None:
    """What is wrong and what helps is told, and a missing file is not replaced by an empty one."""
    make, code, *words = BAD_DATABASES[name]
    path = world.folder / "register.db"
    for journal in world.folder.glob("register.db-*"):
        journal.unlink()
    make(path)
    for language, word in zip(LANGUAGES, words, strict=True):
        world.run("load", "vanha.csv", "--mapping", "customers", "--yes", language=language).refuses(
            code, word
        )
    assert path.exists() == (name != "missing")


def test_a_database_that_somebody_holds_is_busy(world: World) -> None:
    """After the wait it is said that another program writes; exit code 3, and later the same command works."""
    other = sqlite3.connect(world.folder / "register.db", isolation_level=None)
    world.patch.setattr("core.database._BUSY_SECONDS", 0.1)
    other.execute("BEGIN IMMEDIATE")
    for language, word in zip(LANGUAGES, ("varattu", "busy"), strict=True):
        world.run(
            "load", "vanha.csv", "--mapping", "customers", "--yes", "--again", language=language
        ).refuses(3, word)
    other.close()
    assert world.run("load", "vanha.csv", "--mapping", "customers", "--yes", "--again").code == 0


def test_a_database_that_may_not_be_written_is_named(world: World) -> None:
    """A file and a folder of somebody else's are told as not to be opened; root becomes somebody else for it."""
    for journal in world.folder.glob("register.db-*"):
        journal.unlink()
    (world.folder / "register.db").chmod(0o444)
    world.folder.chmod(0o555)
    database = Database.open(f"sqlite:///{world.folder / 'register.db'}")
    uid = os.geteuid()
    if uid == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(DatabaseUnavailable) as caught, database.unit_of_work():
            pass
    finally:
        os.seteuid(uid)
        world.folder.chmod(0o700)
    assert "cannot be opened for reading and writing" in str(caught.value)
    assert "ei voi avata" in caught.value.explain("fi").sentence
