"""Mappings: whom a row is about, what it changes, and how the mapping in force comes about."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from core.actor import Role
from core.config import Config, UpdateAnswer
from core.errors import ConfigError, InvalidInput, NotPermitted
from core.updates.errors import BadMapping, NoSuchService, NoWayToFind
from core.updates.mapping import Understood, mapping_from
from core.updates.mappings import answer_in_force, as_data, mapping_in_force, save, saved_mappings, snippet
from core.updates.types import Meaning, Sought
from tests.support.update_house import SERVICE

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.register import Register
    from tests.conftest import MakeActor

TODAY = date(2026, 11, 23)
FOUND_BY = {
    "old_first_name": "Etunimi",
    "old_last_name": "Sukunimi",
    "old_street": "Katu",
    "old_postcode": "Pnro",
    "old_town": "Kunta",
}


def understood(path: Path, answer: UpdateAnswer, text: str) -> Understood | InvalidInput:
    """What the first row of a file with this text says."""
    path.write_text(text, encoding="utf-8")
    mapping = mapping_from("posti", answer)
    table = mapping.open(path)
    row: Any = next(table.rows())
    return mapping.understand(table, row, TODAY)


def values_of(found: Understood | InvalidInput) -> dict[str, str | None]:
    assert isinstance(found, Understood), found
    return dict(found.answer.values)


def test_any_field_may_change(tmp_path: Path) -> None:
    """Names, contact points and organisation fields are cleaned as the register takes them; blank ones change nothing."""
    answer = UpdateAnswer(
        key="Nro",
        columns={"last_name": "Nimi", "phone": "Puh", "email": "S", "organisation_name": "Oy", "date": "Pvm"},
    )
    found = understood(
        tmp_path / "a.csv", answer, "Nro;Nimi;Puh;S;Oy;Pvm\n7;Uusi;040 1234567;A@Ex.FI;;1.11.2026\n"
    )
    assert values_of(found) == {"last_name": "Uusi", "phone": "+358401234567", "email": "A@ex.fi"}
    assert isinstance(found, Understood)
    assert (found.sought.number, found.answer.dated) == ("7", date(2026, 11, 1))
    nothing = understood(tmp_path / "a.csv", answer, "Nro;Nimi;Puh;S;Oy;Pvm\n7;;;;;\n")
    assert isinstance(nothing, Understood)
    assert nothing.answer.meaning is Meaning.NO_HIT


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("7;M;;;;", "updates.address_missing"),
        ("7;M;Katu 1;;;", "updates.address_missing"),
        ("7;M;;;Turku;", "updates.address_missing"),
        ("7;M;Katu 1;xx;Turku;", "field.bad_postcode"),
        ("7;M;Katu 1;20100;Turku;eilen", "updates.bad_date"),
        (";M;Katu 1;20100;Turku;", "updates.no_key"),
        ("7;Q;Katu 1;20100;Turku;", "updates.unknown_code"),
        ("#;M;Katu 1;20100;Turku;", "field.bad_number"),
    ],
)
def test_rows_that_cannot_be_meant(tmp_path: Path, row: str, code: str) -> None:
    """Each fault of a row is named, with its heading."""
    answer = UpdateAnswer(
        key="Nro",
        code_column="Koodi",
        codes={"M": "moved"},
        columns={"street": "Katu", "postcode": "Pnro", "town": "Kunta", "date": "Pvm"},
    )
    found = understood(tmp_path / "a.csv", answer, f"Nro;Koodi;Katu;Pnro;Kunta;Pvm\n{row}\n")
    assert isinstance(found, InvalidInput)
    assert found.code.rpartition(".")[2] == code.rpartition(".")[2]
    assert found.where.field in {"Nro", "Koodi", "Katu", "Pnro", "Kunta", "Pvm"}


def test_a_change_without_any_value(tmp_path: Path) -> None:
    """A code that says changed, in a file without addresses, needs a value."""
    answer = UpdateAnswer(key="Nro", code_column="K", codes={"M": "moved"}, columns={"email": "S"})
    found = understood(tmp_path / "a.csv", answer, "Nro;K;S\n7;M;\n")
    assert isinstance(found, InvalidInput)
    assert found.code == "updates.nothing_new"


def test_customers_are_sought_without_a_number(tmp_path: Path) -> None:
    """By business id, or by the name and address that the service was asked about; those are never values to write."""
    answer = UpdateAnswer(
        columns={**FOUND_BY, "business_id": "Y", "street": "Uusi", "postcode": "P", "town": "K"}
    )
    text = "Etunimi;Sukunimi;Katu;Pnro;Kunta;Y;Uusi;P;K\nAino;Äijä;Katu 1;00100;Helsinki;;Tie 2;20100;Turku\n"
    found = understood(tmp_path / "a.csv", answer, text)
    assert isinstance(found, Understood)
    assert found.sought == Sought(
        2,
        first_name="Aino",
        last_name="Äijä",
        street="Katu 1",
        postcode="00100",
        town="Helsinki",
    )
    assert values_of(found) == {"street": "Tie 2", "postcode": "20100", "town": "Turku"}


def test_lost_zeros_come_back_where_the_mapping_says_so(tmp_path: Path) -> None:
    """Only Finnish postcodes get them, and only when asked; else the row is named."""
    answer = UpdateAnswer(key="N", columns={"street": "K", "postcode": "P", "town": "T", "country": "M"})
    padded = structs.replace(answer, pad_postcodes=True)
    text = "N;K;P;T;M\n7;Tie 1;120;Oulu;\n"
    assert isinstance(understood(tmp_path / "a.csv", answer, text), InvalidInput)
    assert values_of(understood(tmp_path / "a.csv", padded, text))["postcode"] == "00120"
    swedish = understood(tmp_path / "a.csv", padded, "N;K;P;T;M\n7;Väg 1;120;Umeå;SE\n")
    assert values_of(swedish)["postcode"] == "120"


@pytest.mark.parametrize(
    "answer",
    [
        UpdateAnswer(columns={"street": "K"}),
        UpdateAnswer(columns={"old_last_name": "S"}),
        UpdateAnswer(columns={"old_street": "K"}),
    ],
)
def test_a_mapping_must_find_somebody(answer: UpdateAnswer) -> None:
    """Without a number, a business id, or a name with the old address no row could mean anybody."""
    with pytest.raises(NoWayToFind):
        mapping_from("posti", answer)


def test_unknown_words_of_a_mapping() -> None:
    """Fields and meanings that there aren't are the mapping's fault."""
    for answer in (
        UpdateAnswer(key="N", columns={"iban": "I"}),
        UpdateAnswer(key="N", columns={"kind": "L"}),
        UpdateAnswer(key="N", columns={}, codes={"M": "gone"}),
    ):
        with pytest.raises(BadMapping):
            mapping_from("posti", answer)


def in_force(register: Register, config: Config | None = None) -> UpdateAnswer:
    with register.database.reading() as connection:
        return answer_in_force(connection, config or register.config, SERVICE)


def test_a_saved_mapping_is_in_force_until_the_configuration_changes(
    register: Register, importer: Actor
) -> None:
    """The newest saved holds; whoever changes config.toml afterwards has the last word, and the history stays."""
    own = register.config.updates[SERVICE].answer
    assert in_force(register) == own
    first = structs.replace(own, key="Eka")
    second = structs.replace(own, key="Toka", format="xlsx", fixed={"A": (1, 2)}, headings=("a", "b"))
    for answer in (first, second):
        saved = save(register, importer, SERVICE, answer)
        assert (saved.answer, saved.in_force, saved.actor_name) == (answer, True, "Tuula Tuoja")
    assert in_force(register) == second
    service = structs.replace(register.config.updates[SERVICE], answer=structs.replace(own, encoding="utf-8"))
    changed = structs.replace(register.config, updates={SERVICE: service})
    assert in_force(register, changed) == service.answer
    assert in_force(register) == second
    with register.database.reading() as connection:
        history = saved_mappings(connection, register.config, SERVICE)
        assert [(saved.answer.key, saved.in_force) for saved in history] == [("Toka", True), ("Eka", False)]
        assert mapping_in_force(connection, register.config, SERVICE).columns["number"] == "Toka"
        with pytest.raises(NoSuchService):
            answer_in_force(connection, register.config, "toinen")


def test_a_mapping_that_cannot_be_is_not_saved(
    register: Register, importer: Actor, make_actor: MakeActor
) -> None:
    """What would not open a file is refused, and only importers save."""
    for answer in (UpdateAnswer(columns={}), UpdateAnswer(key="N", columns={"x": "y"})):
        with pytest.raises(ConfigError):
            save(register, importer, SERVICE, answer)
    with pytest.raises(ConfigError):
        save(register, importer, SERVICE, UpdateAnswer(key="N", columns={}, format="fixed"))
    with pytest.raises(NotPermitted):
        save(register, make_actor(Role.CLERK), SERVICE, UpdateAnswer(key="N", columns={}))
    assert in_force(register) == register.config.updates[SERVICE].answer


def test_a_mapping_as_it_would_stand_in_the_configuration(register: Register) -> None:
    """The snippet holds what is set and nothing else, ready to be pasted."""
    own = register.config.updates[SERVICE].answer
    assert set(as_data(own)) == {"key", "columns", "code_column", "codes"}
    assert snippet(SERVICE, UpdateAnswer(key="Nro", columns={"email": "S"})) == (
        '[updates.posti.answer]\nkey = "Nro"\n\n[updates.posti.answer.columns]\nemail = "S"\n'
    )
