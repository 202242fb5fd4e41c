"""What comes in by the thousand: first loads and address updates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from core.config.schema.base import Character, Count, Days, Likeness, Line, Places, Settings


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
    """The file that comes back.  rekisteri update map proposes this table from a file."""

    format: Annotated[
        Literal["delimited", "fixed", "xlsx", "jsonl"] | None,
        Meta(
            description="delimited: cells between separators. fixed: cells by place. xlsx: a workbook. "
            "jsonl: a JSON object a line. Recognised when left out, fixed alone has to be named.",
            examples=["delimited"],
        ),
    ] = None
    encoding: Annotated[
        str | None, Meta(description="Encoding of text; recognised when left out.", examples=["utf-8"])
    ] = None
    delimiter: Annotated[
        Character | None, Meta(description="Between columns; recognised when left out.", examples=[";"])
    ] = None
    sheet: Annotated[
        str | None,
        Meta(
            description="The workbook's sheet; the first that is not hidden when left out.",
            examples=["Vastaus"],
        ),
    ] = None
    headings: Annotated[
        tuple[str, ...],
        Meta(
            description="Names for the columns, in the file's order, of a file without a row of headings.",
            examples=[[]],
        ),
    ] = ()
    fixed: Annotated[
        dict[str, Places],
        Meta(
            description="Format fixed: a name for each column, and the first and the last place it takes, from 1.",
            examples=[{"Tunniste": [1, 10], "Uusi osoite": [11, 40]}],
        ),
    ] = field(default_factory=dict)
    heading_lines: Annotated[
        Days, Meta(description="Format fixed: lines at the beginning that are passed over.")
    ] = 0
    short_lines: Annotated[
        bool, Meta(description="Format fixed: whether lines may end early where their end is blank.")
    ] = False
    key: Annotated[
        Line | None,
        Meta(
            description="Header of the column with the customer number. Without it, or where it is empty, a row is "
            "matched by business id, then by name and address.",
            examples=["Tunniste"],
        ),
    ] = None
    columns: Annotated[
        dict[str, str],
        Meta(
            description="Field of the register to header of the file; date is the day from which the row is so; "
            "old_first_name, old_last_name, old_organisation_name, old_street, old_postcode and old_town are what "
            "the service was asked about, used to find the customer and never written.",
            examples=[
                {"street": "Uusi osoite", "postcode": "Uusi postinumero", "town": "Uusi postitoimipaikka"}
            ],
        ),
    ]
    pad_postcodes: Annotated[
        bool,
        Meta(
            description="Whether Finnish postcodes of fewer than five digits lost their zeros in a spreadsheet and "
            "get them back."
        ),
    ] = False
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
    folder: Annotated[
        Path | None,
        Meta(
            description="Folder where its answers are laid; without it, the partner's in folder or SFTP server.",
            examples=["answers"],
        ),
    ] = None
    files: Annotated[Line, Meta(description="Which files there are answers: a pattern with * and ?.")] = "*"
    settled_seconds: Annotated[
        Days,
        Meta(description="A file changed less than so many seconds ago is not whole yet and is not read."),
    ] = 60
    line: Annotated[
        Likeness,
        Meta(
            description="A row matched by name and address is written by itself from this likeness (0 to 100) up; "
            "below it a person decides."
        ),
    ] = 95
    own_notice_days: Annotated[
        Days,
        Meta(
            description="The service beats the customer's own notice when its date is later by more days than this."
        ),
    ] = 0
    verified_days: Annotated[
        Days,
        Meta(
            description="The service beats what staff or an authority verified when its date is later by more days "
            "than this."
        ),
    ] = 30
    answer: UpdateAnswer


class SftpServer(Settings, frozen=True, kw_only=True):
    """A partner's SFTP server, reached by OpenSSH's sftp; a partner names it (partners.address_file.sftp)."""

    host: Annotated[Line, Meta(description="Its name.", examples=["sftp.example.fi"])]
    port: Annotated[Count, Meta(description="Its port.")] = 22
    user: Annotated[Line, Meta(description="Our user name there.", examples=["esimerkki"])]
    key_file: Annotated[
        Path,
        Meta(
            description="Our private key, without a passphrase, mode 0600, or credential:NAME.",
            examples=["sftp.key"],
        ),
    ]
    known_hosts: Annotated[
        Path,
        Meta(
            description="The server's public key as known_hosts has it, got from the partner by another way; no "
            "other key is accepted.",
            examples=["sftp.known_hosts"],
        ),
    ]
    out_directory: Annotated[str, Meta(description="Folder there for what we send.")] = "out"
    in_directory: Annotated[str, Meta(description="Folder there with what we get.")] = "in"
    seconds: Annotated[
        Count, Meta(description="Longest time for a file; no answer for 30 seconds ends it sooner.")
    ] = 600
