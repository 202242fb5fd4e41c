"""What comes in by the thousand: first loads and address updates."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from core.config.schema.base import Character, Line, Settings


class LoadMapping(Settings, frozen=True, kw_only=True):
    """How a CSV file of customers is read."""

    encoding: Annotated[
        str | None,
        Meta(description="For example utf-8 or windows-1252; recognised when left out.", examples=["utf-8"]),
    ] = None
    delimiter: Annotated[
        Character | None, Meta(description="Between columns; recognised when left out.", examples=[";"])
    ] = None
    columns: Annotated[
        dict[str, str],
        Meta(
            description="Field of the register to header of the file. Columns not named here are not read.",
            examples=[{"number": "Asiakasnro", "last_name": "Sukunimi", "first_name": "Etunimi"}],
        ),
    ]
    constants: Annotated[
        dict[str, str],
        Meta(description="Fields that get the same value on each row.", examples=[{"country": "FI"}]),
    ] = field(default_factory=dict)


class UpdateAnswer(Settings, frozen=True, kw_only=True):
    """The file that comes back."""

    encoding: Annotated[
        str | None, Meta(description="Encoding; recognised when left out.", examples=["utf-8"])
    ] = None
    delimiter: Annotated[
        Character | None, Meta(description="Between columns; recognised when left out.", examples=[";"])
    ] = None
    key: Annotated[
        Line, Meta(description="Header of the column with the customer number.", examples=["Tunniste"])
    ]
    columns: Annotated[
        dict[str, str],
        Meta(
            description="Field of the register to header of the file.",
            examples=[
                {"street": "Uusi osoite", "postcode": "Uusi postinumero", "town": "Uusi postitoimipaikka"}
            ],
        ),
    ]
    code_column: Annotated[
        str | None, Meta(description="Header of the column that says what happened.", examples=["Tulos"])
    ] = None
    codes: Annotated[
        dict[str, str],
        Meta(
            description="What each code means to us; a code not named here sends its row to quarantine.",
            examples=[
                {
                    "1": "moved",
                    "0": "no_hit",
                    "K": "update_forbidden",
                    "T": "protected_address",
                    "X": "deceased",
                }
            ],
        ),
    ] = field(default_factory=dict)


class UpdateService(Settings, frozen=True, kw_only=True):
    """An address update service: who it is, and how its answer is read (what goes out: partners.address_file.settings)."""

    recipient: Annotated[
        Line, Meta(description="The recipient's table in [recipients].", examples=["addresses"])
    ]
    purpose: Annotated[str, Meta(description="Purpose of the privacy notice.")] = "address_update"
    answer: UpdateAnswer
