"""A customer as the lines of an address: SFS 5900 for Finland, country in capitals for abroad (UPU S42)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.disclosure.exits import Item

# English, which sorting offices everywhere read; a country that is not here stands as its code.
_COUNTRIES: Final = {
    "AD": "ANDORRA", "AT": "AUSTRIA", "AU": "AUSTRALIA", "AX": "ÅLAND, FINLAND", "BE": "BELGIUM", "BG": "BULGARIA",
    "CA": "CANADA", "CH": "SWITZERLAND", "CN": "CHINA", "CY": "CYPRUS", "CZ": "CZECHIA", "DE": "GERMANY",
    "DK": "DENMARK", "EE": "ESTONIA", "ES": "SPAIN", "FO": "FAROE ISLANDS", "FR": "FRANCE",
    "GB": "UNITED KINGDOM", "GL": "GREENLAND", "GR": "GREECE", "HR": "CROATIA", "HU": "HUNGARY", "IE": "IRELAND",
    "IN": "INDIA", "IS": "ICELAND", "IT": "ITALY", "JP": "JAPAN", "LI": "LIECHTENSTEIN", "LT": "LITHUANIA",
    "LU": "LUXEMBOURG", "LV": "LATVIA", "MC": "MONACO", "MT": "MALTA", "NL": "NETHERLANDS", "NO": "NORWAY",
    "NZ": "NEW ZEALAND", "PL": "POLAND", "PT": "PORTUGAL", "RO": "ROMANIA", "SE": "SWEDEN", "SI": "SLOVENIA",
    "SK": "SLOVAKIA", "TH": "THAILAND", "TR": "TÜRKİYE", "UA": "UKRAINE", "US": "UNITED STATES",
}  # fmt: skip
_HERE: Final = "FI"


def text_of(item: Item, field: str) -> str:
    """The field's value, empty when the item has none."""
    value = item.fields.get(field, "")
    return value if isinstance(value, str) else ""


def person_name(item: Item) -> str:
    """First name and last name, as on an envelope."""
    return " ".join(filter(None, (text_of(item, "name.first"), text_of(item, "name.last"))))


def full_name(item: Item) -> str:
    """The person, else the organisation."""
    return person_name(item) or text_of(item, "organisation.name")


def address_lines(item: Item) -> tuple[str, ...]:
    """Organisation, person, street, postcode and town, country: those there are, from the top."""
    country = text_of(item, "address.country").upper()
    town = " ".join(filter(None, (text_of(item, "address.postcode"), text_of(item, "address.town").upper())))
    lines = (
        text_of(item, "organisation.name"),
        person_name(item),
        text_of(item, "address.street"),
        town,
        "" if country in ("", _HERE) else _COUNTRIES.get(country, country),
    )
    return tuple(line for line in lines if line)
