"""Postal code files for tests: records as Posti writes them, and small made-up files of a few towns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RUN = "20260221"
# Two real records (CC BY, public parser tests): a street with even numbers from 2 to 26, and a postcode without streets.
LEIRIKAARI = (
    b"KATUN2015030702600ESPOO"
    + b" " * 25
    + b"ESBO"
    + b" " * 50
    + b"Leirikaari                    L\xe4gerb\xe5gen"
    + b" " * 44
    + b"2    2           26        049Espoo               Esbo                "
)
NO_STREET = (
    b"KATUN2019111600002HELSINKI"
    + b" " * 22
    + b"HELSINGFORS                   HKI         HFORS"
    + b" " * 91
    + b"0"
    + b" " * 26
    + b"091Helsinki            Helsingfors         "
)
HELSINKI = (
    b"PONOT2026022100100HELSINKI"
    + b" " * 22
    + b"HELSINGFORS                   HKI         HFORS       198810011FI1B1Helsinki-Uusimaa              Helsingfors-Nyland            091Helsinki            Helsingfors         2"
)


def code_record(
    code: str,
    name_fi: str,
    name_sv: str = "",
    *,
    kind: int = 1,
    short: tuple[str, str] = ("", ""),
    since: str = "19880101",
    municipality: tuple[str, str] | None = None,
    run: str = RUN,
) -> bytes:
    """One PCF record, 220 characters."""
    where = municipality or (name_fi.capitalize(), (name_sv or name_fi).capitalize())
    text = (
        f"PONOT{run}{code}{name_fi:30}{name_sv or name_fi:30}{short[0]:12}{short[1]:12}{since}{kind}FI1B1"
        f"{'Uusimaa':30}{'Nyland':30}091{where[0]:20}{where[1]:20}2"
    )
    assert len(text) == 220
    return text.encode("iso-8859-1")


def street_record(
    code: str,
    street_fi: str,
    street_sv: str = "",
    *,
    parity: int = 0,
    smallest: tuple[int | str, str, str, int | str, str] = ("", "", "", "", ""),
    largest: tuple[int | str, str, str, int | str, str] = ("", "", "", "", ""),
    run: str = RUN,
) -> bytes:
    """One BAF record, 256 characters."""
    numbers = "".join(f"{n1:>5}{l1:1}{p:1}{n2:>5}{l2:1}" for n1, l1, p, n2, l2 in (smallest, largest))
    text = (
        f"KATUN{run}{code}{'TOWN':30}{'STAD':30}{'':12}{'':12}{street_fi:30}{street_sv or street_fi:30}"
        f"{'':12}{'':12}{parity}{numbers}091{'Town':20}{'Stad':20}"
    )
    assert len(text) == 256
    return text.encode("iso-8859-1")


def at(number: int) -> tuple[int | str, str, str, int | str, str]:
    """A number, as `street_record` takes one."""
    return (number, "", "", "", "")


CODES = (
    HELSINKI,
    code_record("00120", "HELSINKI", "HELSINGFORS", short=("HKI", "HFORS")),
    code_record("02600", "ESPOO", "ESBO"),
    code_record("00045", "NOKIA GROUP", kind=3, municipality=("Helsinki", "Helsingfors")),
    code_record("33100", "TAMPERE", "TAMMERFORS", short=("TRE", "TFORS")),
    code_record("04600", "MÄNTSÄLÄ"),
    code_record("01100", "ITÄSALMI", "ÖSTERSUNDOM", municipality=("Sipoo", "Sibbo")),
)
STREETS = (
    street_record("00100", "Mannerheimintie", "Mannerheimvägen", parity=1, smallest=at(1), largest=at(39)),
    street_record("00120", "Bulevardi", "Bulevarden", parity=2, smallest=at(2), largest=at(20)),
    street_record("00120", "Bulevardi", "Bulevarden", parity=1, smallest=at(1), largest=at(15)),
    LEIRIKAARI,
    street_record("33100", "Hämeenkatu", "Tavastgatan"),
    street_record("33100", "2. linja"),
    NO_STREET,
)


def write(path: Path, records: Iterable[bytes]) -> Path:
    """A file of *records*, a line each."""
    path.write_bytes(b"".join(record + b"\n" for record in records))
    return path
