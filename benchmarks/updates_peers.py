"""What people write an address update with otherwise, beside which ours is measured: on SQLite, each as its own docs show.

None keeps history, source or search index, looks at bans, or can be undone; their libraries are the optional group
``bench`` and are loaded by name, so that nothing else needs them.
"""

from __future__ import annotations

import csv
import importlib
import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_AT_ONCE = 1_000
_ANSWER = {"encoding": "iso-8859-15", "sep": ";", "dtype": str, "keep_default_na": False}
PARTS = {"street": "Uusi katuosoite", "postcode": "Uusi postinumero", "town": "Uusi postitoimipaikka"}
KEY = "Asiakasnumero"


def pandas(database: Path, answer: Path) -> None:
    """Load the table, merge the answer into it, write the table back."""
    library: Any = importlib.import_module("pandas")
    connection = sqlite3.connect(database)
    customers = library.read_sql("SELECT * FROM customer", connection)
    told = library.read_csv(answer, **_ANSWER).rename(columns={KEY: "number"})
    merged = customers.merge(told, on="number", how="left")
    for part, heading in PARTS.items():
        customers[part] = merged[heading].fillna(merged[part])
    customers.to_sql("customer", connection, if_exists="replace", index=False, chunksize=_AT_ONCE)
    connection.execute("CREATE UNIQUE INDEX ix_customer_number ON customer (number)")
    connection.commit()
    connection.close()


def django(database: Path, answer: Path) -> None:
    """Fetch the objects of each thousand rows, change them, `bulk_update` them."""
    settings: Any = importlib.import_module("django.conf").settings
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}},
        INSTALLED_APPS=[],
        USE_TZ=True,
    )
    importlib.import_module("django").setup()
    models: Any = importlib.import_module("django.db.models")
    transaction: Any = importlib.import_module("django.db.transaction")
    fields = {part: models.TextField(null=True) for part in PARTS}
    meta = type("Meta", (), {"app_label": "bench", "db_table": "customer", "managed": False})
    number = models.TextField(unique=True)
    customer: Any = type(
        "Customer", (models.Model,), {"__module__": __name__, "Meta": meta, "number": number, **fields}
    )
    for some in _chunks(answer):
        told = {row[KEY]: row for row in some}
        with transaction.atomic():
            found = list(customer.objects.filter(number__in=list(told)))
            for one in found:
                for part, heading in PARTS.items():
                    setattr(one, part, told[one.number][heading])
            customer.objects.bulk_update(found, list(PARTS), batch_size=_AT_ONCE // 4)


def sqlite_utils(database: Path, answer: Path) -> None:
    """`sqlite-utils upsert` into a table of numbers and addresses alone."""
    library: Any = importlib.import_module("sqlite_utils")
    opened = library.Database(database)
    rows = (
        {"number": row[KEY], **{part: row[heading] for part, heading in PARTS.items()}}
        for some in _chunks(answer)
        for row in some
    )
    opened["address"].upsert_all(rows, pk="number", batch_size=_AT_ONCE)
    opened.conn.close()


def prepare_sqlite_utils(database: Path) -> None:
    """The table that `sqlite_utils` is given: as many rows as there are customers."""
    connection = sqlite3.connect(database)
    connection.execute(
        "CREATE TABLE address (number TEXT PRIMARY KEY, street TEXT, postcode TEXT, town TEXT)"
    )
    connection.execute("INSERT INTO address SELECT number, street, postcode, town FROM customer")
    connection.commit()
    connection.close()


def _chunks(answer: Path) -> Iterator[list[dict[str, str]]]:
    with answer.open(encoding="iso-8859-15", newline="") as stream:
        rows: list[dict[str, str]] = []
        for row in csv.DictReader(stream, delimiter=";"):
            rows.append(row)
            if len(rows) == _AT_ONCE:
                yield rows
                rows = []
        if rows:
            yield rows
