"""The address file's adapter: the wire bytes, the name that answers every question, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import integrations.address_file
from core.disclosure.exits import Accepted, InquiryResult, Item, NotFound, Outcome, Payload, Rejected, Unknown
from integrations.address_file.adapter import ADAPTER
from integrations.errors import BadSetting, CannotRender
from integrations.manifest import read_manifest
from integrations.protocol import Context, Effect, Exchange, ListFiles, PutFile, RemoteFile
from integrations.settings import resolved_settings

MANIFEST = read_manifest(Path(integrations.address_file.__file__).parent / "manifest.toml", "address_file")
AINO = Item(
    "1",
    "20261123-ab12/7",
    {
        "customer.number": "7",
        "name.last": "Äijälä",
        "name.first": "Aino",
        "address.street": 'Kotikatu 1 "B"',
        "address.postcode": "00100",
        "address.town": "Helsinki",
    },
)
EVIL = Item("2", "20261123-ab12/8", {"customer.number": "8", "name.last": "=cmd|' /C calc'!A0"})
NAME = "osoitekysely-20261123-ab12.csv"


def context(**given: Any) -> Context:
    settings = resolved_settings("address_file", MANIFEST, given)
    return Context(settings, "sandbox", {}, datetime(2026, 11, 23, tzinfo=UTC), lambda: "id")


def played(exchange: Exchange[Any], *answers: object) -> tuple[list[Effect], Any]:
    """The effects of an exchange that is answered so, and its result."""
    effects: list[Effect] = []
    waiting = iter(answers)
    result: object = None
    try:
        while True:
            effects.append(exchange.send(result))
            result = next(waiting)
    except StopIteration as stop:
        return effects, stop.value


def test_the_file_is_exactly_this() -> None:
    """The bytes as they leave: the mapped columns in order, the service's encoding, CRLF, no formula that runs."""
    (payload,) = ADAPTER().render(context(), "address_update", [AINO, EVIL])
    assert payload.content == (
        "Asiakasnumero;Sukunimi;Etunimi;Katuosoite;Postinumero;Postitoimipaikka\r\n"
        '7;Äijälä;Aino;"Kotikatu 1 ""B""";00100;Helsinki\r\n'
        "8;'=cmd|' /C calc'!A0;;;;\r\n"
    ).encode("iso-8859-15")
    assert payload.item_ids == ("1", "2")
    assert payload.media_type == "text/csv; charset=iso-8859-15"


def test_columns_separator_and_encoding_are_settings() -> None:
    """Another service's layout is a matter of settings."""
    columns = {"name.last": "LAST", "customer.number": "ID"}
    chosen = context(columns=columns, delimiter="\t", encoding="utf-8")
    (payload,) = ADAPTER().render(chosen, "address_update", [AINO])
    assert payload.content == "LAST\tID\r\nÄijälä\t7\r\n".encode()


def test_a_character_that_the_encoding_lacks_is_refused_before_anything_leaves() -> None:
    """A name that the service's encoding can't carry is told with its field and character."""
    item = Item("1", "s/1", {"customer.number": "1", "name.last": "Łukasz"})
    with pytest.raises(CannotRender) as caught:
        ADAPTER().render(context(), "address_update", [item])
    assert "Ł" in caught.value.explain("fi").sentence
    assert caught.value.where.field == "name.last"


@pytest.mark.parametrize("columns", [{"customer.number": "ID", "email": "E"}, {"name.last": "LAST"}])
def test_a_mapping_with_other_data_or_without_key_is_refused(columns: dict[str, str]) -> None:
    """The file can have no other fields, and always has the number by which the answer is matched."""
    with pytest.raises(BadSetting):
        ADAPTER().render(context(columns=columns), "address_update", [AINO])


def test_delivery_puts_one_file_named_by_the_selection() -> None:
    """The file's name holds the key that the items share."""
    payload = Payload(("1", "2"), b"content", "text/csv", "file")
    effects, outcome = played(ADAPTER().deliver(context(), "address_update", [AINO, EVIL], [payload]), None)
    assert effects == [PutFile("out", NAME, b"content")]
    assert outcome == Accepted(reference=NAME)


def test_items_of_two_selections_are_no_delivery() -> None:
    """Two selections can't be one file."""
    other = Item("2", "20261124-ff00/8", EVIL.fields)
    payload = Payload(("1", "2"), b"content", "text/csv", "file")
    exchanges: list[Exchange[Outcome] | Exchange[InquiryResult]] = [
        ADAPTER().deliver(context(), "address_update", [AINO, other], [payload]),
        ADAPTER().inquire(context(), [AINO, other]),
    ]
    assert [played(exchange) for exchange in exchanges] == [
        ([], Rejected("mixed_selection")),
        ([], Unknown("mixed_selection")),
    ]


@pytest.mark.parametrize(
    ("found", "stay", "result"),
    [
        ((RemoteFile(NAME, 7),), False, Accepted(reference=NAME)),
        ((), True, NotFound()),
        ((), False, Unknown("file_missing")),
    ],
)
def test_presence_answers_the_inquiry(
    found: tuple[RemoteFile, ...], *, stay: bool, result: InquiryResult
) -> None:
    """A file that is there was sent; one that isn't proves that only where files are never carried away."""
    effects, answer = played(ADAPTER().inquire(context(files_stay=stay), [AINO]), found)
    assert effects == [ListFiles("out", NAME)]
    assert answer == result


def test_the_connection_test_looks_at_both_folders() -> None:
    """A check reads both folders and nothing else."""
    effects, result = played(ADAPTER().check(context()), (), ())
    assert effects == [ListFiles("out"), ListFiles("in")]
    assert result.ok
