"""Every table and column of the database says whose data it holds and what becomes of it."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import core
from core.database import metadata
from core.personal_data.inventory import HOLDINGS, IMPERSONAL
from core.personal_data.types import Fate, Holding
from core.personal_data.words import TABLE_NAMES, column_name
from core.rights.access.opening import OPENERS
from core.rights.access.schema import schema_text

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "access-package-v1.schema.json"


def _load_every_table() -> None:
    for module in pkgutil.walk_packages(core.__path__, "core."):
        if module.name.endswith((".model", ".keys", ".environment")):
            importlib.import_module(module.name)


def test_every_table_is_in_the_inventory() -> None:
    """No table ships without saying what it holds about people, or why it holds nothing."""
    _load_every_table()
    held = [holding.name for holding in HOLDINGS]
    assert len(held) == len(set(held))
    assert not set(held) & set(IMPERSONAL)
    assert set(held) | set(IMPERSONAL) == set(metadata.tables)


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda one: str(one.name))
def test_every_column_is_shown_sealed_or_technical(holding: Holding) -> None:
    """Each column is in exactly one place, so a new column can't slip past the access package."""
    named = [*holding.shown, *holding.sealed, *holding.technical]
    assert sorted(named) == sorted(column.name for column in holding.table.columns)


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda one: str(one.name))
def test_emptied_columns_can_be_emptied(holding: Holding) -> None:
    """What erasure empties exists and may be empty; only rows that stay are emptied."""
    assert (holding.fate is Fate.EMPTY) == bool(holding.emptied)
    for name, value in holding.emptied.items():
        column = holding.table.c[name]
        assert value is not None or column.nullable, name


def test_erasure_meets_dependants_first() -> None:
    """A holding that is reached through another table stands before it, or its link would be cut first."""
    place = {holding.name: index for index, holding in enumerate(HOLDINGS)}
    for holding in HOLDINGS:
        parent = getattr(holding.link, "parent", None)
        if parent is not None:
            assert place[holding.name] < place[parent.name], holding.name


def test_every_column_that_a_person_sees_is_called_something() -> None:
    """Each shown or sealed column, and its table, has a name that the person's own copy says in words."""
    nameless = [
        f"{holding.name}.{column}"
        for holding in HOLDINGS
        for column in (*holding.shown, *holding.sealed)
        if column_name(holding.name, column) is None
    ]
    told = [holding.name for holding in HOLDINGS if holding.shown or holding.sealed]
    assert nameless == []
    assert [name for name in told if name not in TABLE_NAMES] == []


def test_each_sealed_column_can_be_opened_for_the_person() -> None:
    """No sealed column is without its way to be opened in an access package, and none is invented."""
    sealed = {(holding.name, column) for holding in HOLDINGS for column in holding.sealed}
    assert set(OPENERS) == sealed


def test_the_published_schema_of_a_package_is_made_of_the_inventory() -> None:
    """The file in the documentation is what the program says (`python -m core.rights.access` writes it anew)."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()
