"""The selection file: one row a person, columns and encoding by the settings, formulas made harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from core.errors import Where
from core.messages import N_
from core.tabular import table_text
from integrations.errors import BadSetting, CannotRender

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.disclosure.exits import Item

PARTNER: Final = "address_file"
KEY_COLUMN: Final = "customer.number"
COLUMNS: Final = (
    KEY_COLUMN,
    "name.last",
    "name.first",
    "address.street",
    "address.postcode",
    "address.town",
    "address.country",
)


def selection_file(items: Sequence[Item], settings: Mapping[str, Any]) -> bytes:
    """The file's bytes; the same items and settings always give the same.

    Raises:
        BadSetting: the columns name a field that this file can't have, or leave the customer number out.
        CannotRender: a value holds a character that the encoding doesn't have.
    """
    columns: Mapping[str, Any] = settings["columns"]
    _check(columns)
    encoding = str(settings["encoding"])
    for item in items:
        _check_characters(item, columns, encoding)
    rows = [[str(item.fields.get(field, "")) for field in columns] for item in items]
    headings = [str(heading) for heading in columns.values()]
    return table_text([headings, *rows], delimiter=str(settings["delimiter"])).encode(encoding)


def file_name(items: Sequence[Item], settings: Mapping[str, Any]) -> str | None:
    """The name under which a selection is put: it holds the part that all items' keys share; None when they don't.

    A key is ``selection/row``.
    """
    selections = {item.key.partition("/")[0] for item in items}
    return f"{settings['file_prefix']}-{selections.pop()}.csv" if len(selections) == 1 else None


def _check(columns: Mapping[str, Any]) -> None:
    unknown = next((field for field in columns if field not in COLUMNS), None)
    if unknown is not None:
        raise BadSetting(
            partner=PARTNER,
            setting="columns",
            reason=N_("{field} is not a field of this file; it can have: {known}"),
            field=unknown,
            known=", ".join(COLUMNS),
        )
    if KEY_COLUMN not in columns:
        raise BadSetting(
            partner=PARTNER,
            setting="columns",
            reason=N_("{field} is needed: the answer is matched by it"),
            field=KEY_COLUMN,
        )


def _check_characters(item: Item, columns: Mapping[str, Any], encoding: str) -> None:
    for field in columns:
        value = str(item.fields.get(field, ""))
        try:
            value.encode(encoding)
        except UnicodeEncodeError as error:
            raise CannotRender(
                where=Where(field=field, value=value),
                partner=PARTNER,
                reason=N_("{encoding} has no character “{character}”"),
                encoding=encoding,
                character=value[error.start],
            ) from error
