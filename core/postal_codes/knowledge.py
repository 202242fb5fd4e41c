"""What the loaded files know of some addresses, read at once: a few queries for a thousand of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from core.customers.places import chunks
from core.postal_codes.judging import (
    HOME,
    NOTHING_KNOWN,
    Knowledge,
    Place,
    Stretch,
    address_doubt,
    street_name,
)
from core.postal_codes.loading import loaded_files
from core.postal_codes.model import postal_code_table, postal_street_table
from core.postal_codes.reader import Layout
from core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Row

    from core.postal_codes.judging import Doubt, Postal

_code = postal_code_table.c
_street = postal_street_table.c
_PLACE = select(
    _code.code,
    _code.name_fi,
    _code.name_sv,
    _code.short_fi,
    _code.short_sv,
    _code.kind,
    _code.municipality_fi,
    _code.municipality_sv,
)
_STRETCH = select(
    _street.code, _street.street_fi, _street.street_sv, _street.parity, _street.lowest, _street.highest
)


def knowledge(connection: Connection, addresses: Iterable[Postal], *, streets: bool = True) -> Knowledge:
    """What is known of *addresses*; without *streets* only of their postcodes and towns, in one query a chunk."""
    loaded = loaded_files(connection)
    if Layout.PCF not in loaded:
        return NOTHING_KNOWN
    home = [address for address in addresses if (address.country or HOME) == HOME and address.postcode]
    places = _places(connection, _code.code, {address.postcode or "" for address in home})
    if not streets:
        return Knowledge(codes_loaded=True, places=places)
    by_town = _by_town(connection, [a for a in home if a.postcode not in places and a.town])
    in_code: dict[str, list[Stretch]] = defaultdict(list)
    by_street: dict[str, list[Stretch]] = defaultdict(list)
    if Layout.BAF in loaded:
        for stretch in _stretches(connection, [_street.code], places):
            in_code[stretch.code].append(stretch)
        names = {street_name(address.street)[0] for address in home} - {""}
        for stretch in _stretches(connection, [_street.folded_fi, _street.folded_sv], names):
            for name in {fold(stretch.street_fi), fold(stretch.street_sv)}:
                by_street[name].append(stretch)
        others = {stretch.code for some in by_street.values() for stretch in some} - places.keys()
        # Places that are only suggested stand apart from those that the addresses name.
        known = places | _places(connection, _code.code, others)
    else:
        known = places
    return Knowledge(
        codes_loaded=True,
        places=known,
        by_town=by_town,
        in_code={code: tuple(some) for code, some in in_code.items()},
        by_street={name: tuple(some) for name, some in by_street.items()},
    )


def towns(connection: Connection) -> Mapping[str, str]:
    """Every postcode's town as Posti writes it in Finnish; empty where no file is loaded. Some thousand entries."""
    rows = connection.execute(select(_code.code, _code.name_fi).where(_code.name_fi != ""))
    return {row.code: row.name_fi for row in rows}


def doubt_of(connection: Connection, address: Postal) -> Doubt | None:
    """What speaks against one address, with a suggestion: for a form, before or after it is saved."""
    return address_doubt(address, knowledge(connection, [address]))


def is_loaded(connection: Connection) -> bool:
    """Whether postcodes are known at all; until they are, nothing is claimed of any address."""
    return Layout.PCF in loaded_files(connection)


def _places(connection: Connection, column: ColumnElement[str], values: set[str]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for some in chunks(sorted(values)):
        found.update({row.code: Place(*row) for row in connection.execute(_PLACE.where(column.in_(some)))})
    return found


def _by_town(connection: Connection, addresses: Sequence[Postal]) -> dict[str, tuple[Place, ...]]:
    towns = {" ".join(fold(address.town or "").split()) for address in addresses}
    found: dict[str, dict[str, Place]] = defaultdict(dict)
    for column in (_code.folded_fi, _code.folded_sv):
        for place in _places(connection, column, towns).values():
            for name in {fold(place.name_fi), fold(place.name_sv)} & towns:
                found[name][place.code] = place
    return {name: tuple(places.values()) for name, places in found.items()}


def _stretches(
    connection: Connection, columns: Sequence[ColumnElement[str]], values: Iterable[str]
) -> Iterable[Stretch]:
    for some in chunks(sorted(values)):
        wanted = or_(*(column.in_(some) for column in columns))
        rows: Iterable[Row[Any]] = connection.execute(_STRETCH.where(wanted))
        for row in rows:
            yield Stretch(
                row.code, row.street_fi, row.street_sv, row.parity, lowest=row.lowest, highest=row.highest
            )
