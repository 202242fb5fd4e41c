"""A configuration is read strictly, and each problem says where it is and what to do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from core.config import load_config, read_config
from core.config.errors import ConfigIsDirectory, ConfigNotFound, ConfigSyntax, ConfigUnreadable
from core.config.reading import find_config, read_content
from core.config.rules import CODE, RESERVED
from core.disclosure.log.members import Code
from core.disclosure.recipients import SUBJECT
from core.errors import ConfigError

SMALLEST = """
[register]
name = "Testirekisteri"
[register.controller]
name = "Testi Oy"
address = "Testikatu 1, 00100 Helsinki"
contact_person = "Tiina Testaaja"
email = "tiina@example.fi"
[log]
origin = "example.fi/testi"
"""
RECIPIENT = """
[recipients.accounting]
name = "Tilit Oy"
role = "processor"
agreement = "DPA 1"
agreement_from = 2026-01-01
purposes = ["invoicing"]
categories = ["name"]
adapter = "netvisor"
"""


def problems_of(text: str, tmp_path: Path) -> list[str]:
    """What the English reader is told about a configuration, a line each."""
    return [str(problem) for problem in read_content(text.encode(), tmp_path / "config.toml").problems]


def written(tmp_path: Path, text: str) -> Path:
    """A configuration file that holds *text*."""
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_smallest_configuration_loads_with_defaults(tmp_path: Path) -> None:
    """Only what has no sensible default must be said."""
    config = load_config(written(tmp_path, SMALLEST))
    assert config.register.language == "fi"
    assert config.staff.session_idle_minutes == 10
    assert config.orders.vat_percent == Decimal("25.5")
    assert config.recipients == {}


def test_relative_paths_count_from_the_file(tmp_path: Path) -> None:
    """Files, folders and the SQLite database are found beside the configuration, wherever it is read from."""
    config = load_config(written(tmp_path, SMALLEST + '[files]\nexchange_directory = "out/files"\n'))
    assert config.keys.master_key_file == tmp_path / "master.key"
    assert config.files.exchange_directory == tmp_path / "out" / "files"
    assert config.database.url == f"sqlite:///{tmp_path}/register.db"
    assert config.database.file() == tmp_path / "register.db"


def test_values_arrive_as_their_types(tmp_path: Path) -> None:
    """Dates are dates, lists are tuples and numbers in quotes are exact."""
    config = load_config(written(tmp_path, SMALLEST + RECIPIENT + '[orders]\nvat_percent = "13.50"\n'))
    recipient = config.recipients["accounting"]
    assert recipient.agreement_from == date(2026, 1, 1)
    assert recipient.purposes == ("invoicing",)
    assert str(config.orders.vat_percent) == "13.50"


def test_unknown_key_is_refused_with_file_and_nearest_name(tmp_path: Path) -> None:
    """A misspelt key names the file, itself, and the setting that was probably meant."""
    (problem,) = problems_of(SMALLEST + "[staff]\nsesion_hours = 8\n", tmp_path)
    assert problem == (
        f"{tmp_path}/config.toml: there is no setting staff.sesion_hours. Did you mean staff.session_hours?"
    )


def test_unknown_key_that_resembles_nothing_points_to_the_example(tmp_path: Path) -> None:
    """Where no setting is near, none is invented."""
    (problem,) = problems_of(SMALLEST + "[xyzzy]\n", tmp_path)
    assert problem.endswith("there is no setting xyzzy. Every setting stands in config.example.toml.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[staff]\nsession_hours = '8'\n",
            "staff.session_hours should be a whole number from 1 up, but is '8'",
        ),
        ("[staff]\nsession_hours = 0\n", "staff.session_hours should be a whole number from 1 up, but is 0"),
        ("[staff]\nsession_hours = true\n", "should be a whole number from 1 up, but is true"),
        ("[orders]\nvat_percent = 'much'\n", "should be a number such as 25.5, but is 'much'"),
        ("[keys]\nmaster_key_file = ''\n", "keys.master_key_file should be a path in quotes, but is ''"),
        (
            "[database]\npassword = 'hunter2'\n",
            "should be file:PATH, env:NAME or credential:NAME, but is ***",
        ),
        ("staff = 3\n" + SMALLEST, "staff should be a table, but is 3"),
        (SMALLEST.replace("[log]", "[logg]"), "the setting log.origin is missing"),
        ("[partners.p]\nsecrets = 'hunter2'\n", "partners.p.secrets should be a table, but is ***"),
        ("[recipients]\na = 1\n", "recipients.a should be a table, but is 1"),
        (RECIPIENT.replace('"processor"', '"procesor"'), "should be one of: processor, controller"),
        (
            RECIPIENT.replace('["invoicing"]', '["spying"]'),
            "recipients.accounting.purposes should be one of:",
        ),
        (RECIPIENT.replace('["name"]', '["soul"]'), "recipients.accounting.categories should be one of:"),
        (RECIPIENT.replace("2026-01-01", "'soon'"), "agreement_from should be a date such as 2026-11-23"),
        (RECIPIENT + "agreement_to = 2025-12-31\n", "accounting.agreement_to is before agreement_from"),
        (RECIPIENT + "country = 'Finland'\n", "should be a country as two capital letters"),
        ("[database]\nurl = 'postgresql://me:hunter2@host/db'\n", "database.url holds a password"),
    ],
)
def test_wrong_value_names_its_path_and_what_is_expected(text: str, said: str, tmp_path: Path) -> None:
    """A wrong value is refused by its dotted name, in words, and a secret's value is not repeated."""
    whole = text if "[register" in text else SMALLEST + text
    found = problems_of(whole, tmp_path)
    assert any(said in problem for problem in found), found
    assert "hunter2" not in "".join(found)


def test_every_problem_is_found_in_one_pass(tmp_path: Path) -> None:
    """Three mistakes in three tables are three problems, whatever their order."""
    text = SMALLEST.replace('name = "Testi Oy"', "name = 1") + "[staf]\n[orders]\nfirst_number = -1\n"
    found = problems_of(text, tmp_path)
    assert len(found) == 3


def test_update_service_must_name_a_recipient_that_exists(tmp_path: Path) -> None:
    """An address service whose recipient is not registered is refused when the file is read."""
    text = SMALLEST + (
        "[updates.a]\nrecipient = 'nobody'\n[updates.a.answer]\nkey = 'Id'\ncolumns = {street = 'Osoite'}\n"
    )
    (problem,) = problems_of(text, tmp_path)
    assert "updates.a.recipient refers to nobody, and there is no recipients.nobody" in problem


def test_companies_name_a_recipient_and_a_purpose_that_are_there() -> None:
    """Who is asked about companies must be registered, for a purpose of the notice."""
    reading = read_content(
        (SMALLEST + '[companies]\nrecipient = "nobody"\npurpose = "curiosity"\n').encode(),
        Path("config.toml"),
    )
    said = " ".join(str(problem) for problem in reading.problems)
    assert "companies.recipient refers to nobody, and there is no recipients.nobody" in said
    assert "companies.purpose" in said


def test_syntax_error_names_the_line(tmp_path: Path) -> None:
    """A file that is not TOML is refused with the number of the line."""
    with pytest.raises(ConfigSyntax) as caught:
        read_config(written(tmp_path, "[register]\nname = Testi\n"))
    assert caught.value.data["line"] == 2


def test_text_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    """A file saved in another encoding is refused, not guessed at."""
    path = tmp_path / "config.toml"
    path.write_bytes(b'[register]\nname = "\xe4"\n')
    with pytest.raises(ConfigSyntax) as caught:
        read_config(path)
    assert caught.value.data["line"] == 2


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    """What an editor on another system adds does not matter."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())
    assert load_config(path).register.name == "Testirekisteri"


def test_folder_instead_of_a_file_is_named_as_one(tmp_path: Path) -> None:
    """Pointing at the folder is a mistake of its own, with its own advice."""
    with pytest.raises(ConfigIsDirectory):
        read_config(tmp_path)


def test_missing_file_that_was_named_is_refused(tmp_path: Path) -> None:
    """A file named on purpose is not replaced by another that happens to be there."""
    with pytest.raises(ConfigUnreadable):
        load_config(tmp_path / "nothing.toml")


def test_places_are_searched_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--config, then the variable, then the working folder, then the person's own; none is an error that lists them."""
    work, home, named = tmp_path / "work", tmp_path / "home", tmp_path / "named.toml"
    (home / "rekisteri").mkdir(parents=True)
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    with pytest.raises(ConfigNotFound) as caught:
        find_config(None)
    assert str(home / "rekisteri" / "config.toml") in str(caught.value)
    (home / "rekisteri" / "config.toml").touch()
    assert find_config(None) == home / "rekisteri" / "config.toml"
    (work / "config.toml").touch()
    assert find_config(None).absolute() == work / "config.toml"
    monkeypatch.setenv("REKISTERI_CONFIG", str(named))
    assert find_config(None) == named
    assert find_config(tmp_path / "chosen.toml") == tmp_path / "chosen.toml"


def test_each_value_knows_where_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file, a default and the environment are told apart, and the environment wins."""
    monkeypatch.setenv("REKISTERI_LANGUAGE", "en")
    monkeypatch.setenv("REKISTERI_DATABASE_URL", "sqlite:///elsewhere.db")
    reading = read_config(written(tmp_path, SMALLEST + "[staff]\nsession_hours = 8\n"))
    assert reading.config is not None
    assert reading.config.register.language == "en"
    assert reading.config.database.file() == tmp_path / "elsewhere.db"
    assert reading.origins["register", "language"] == "environment"
    assert reading.origins["staff", "session_hours"] == "file"
    assert reading.origins["staff", "session_idle_minutes"] == "default"


def test_credentials_of_the_service_manager_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """credential:NAME is a file in the folder that systemd names."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/rekisteri")
    config = load_config(written(tmp_path, SMALLEST + "[keys]\nmaster_key_file = 'credential:master'\n"))
    assert str(config.keys.master_key_file) == "/run/credentials/rekisteri/master"


@pytest.mark.parametrize("language", ["fi", "en"])
def test_problems_are_told_in_both_languages(language: str, tmp_path: Path) -> None:
    """What was expected is in the reader's language too, and no place for a value is left open."""
    text = SMALLEST + "[staff]\nsession_hours = 'x'\n" + RECIPIENT.replace('"processor"', '"x"')
    for problem in read_content(text.encode(), tmp_path / "config.toml").problems:
        explained = problem.explain(language)
        assert "{" not in explained.sentence + explained.advice
        assert ("should be" in explained.sentence) == (language == "en")


VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["register", "log", "staff", "recipients", "partners", "updates"]), VALUES
    )
)
def test_no_document_breaks_the_reader(document: dict[str, object]) -> None:
    """Whatever TOML can say is answered by problems in words, never by another kind of error."""
    reading = read_content(tomli_w.dumps(document).encode(), Path("config.toml"))
    assert reading.config is None
    assert all(str(problem) for problem in reading.problems)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    """Any bytes are a configuration with problems, or one refusal in words."""
    said: list[str] = []
    try:
        said += [str(problem) for problem in read_content(content, Path("config.toml")).problems]
    except ConfigError as error:
        said.append(str(error))
    assert said
    assert all(said)


@pytest.mark.parametrize(
    "name", ["Tilitoimisto", "tili.toimisto", "ääkköset", "1tili", "tili toimisto", "a" * 41, ""]
)
def test_names_that_the_log_does_not_take_are_refused_at_once(tmp_path: Path, name: str) -> None:
    """A recipient, an adapter or a partner of such a name could never be sent anything; config check says so."""
    recipient = RECIPIENT.replace("recipients.accounting", f'recipients."{name}"')
    (told,) = problems_of(SMALLEST + recipient, tmp_path)
    assert f"the name {name} cannot stand in the disclosure log" in told
    assert "at most 40 characters" in told
    (told,) = problems_of(SMALLEST + f'[partners."{name}"]\nenvironment = "sandbox"\n', tmp_path)
    assert "cannot stand" in told
    if name:
        (told,) = problems_of(SMALLEST + RECIPIENT.replace('"netvisor"', f'"{name}"'), tmp_path)
        assert "recipients.accounting.adapter" in told


def test_a_letters_name_has_room_in_the_log(tmp_path: Path) -> None:
    """Its way out carries it: a name of 27 characters is the longest."""
    letter = '[letters."{}"]\nsubject = "A"\ntext = "B"\n'
    assert problems_of(SMALLEST + letter.format("7-" + "a" * 25), tmp_path) == []
    (told,) = problems_of(SMALLEST + letter.format("a" * 28), tmp_path)
    assert "at most 27 characters" in told


def test_the_rule_of_names_is_the_logs(tmp_path: Path) -> None:
    """What is written here once more, so that reading a configuration loads no log, is what the log demands."""
    (meta,) = get_args(Code)[1:]
    assert meta.pattern == rf"\A{CODE.pattern}\Z"
    assert SUBJECT == RESERVED
    (told,) = problems_of(
        SMALLEST + RECIPIENT.replace("recipients.accounting", "recipients.data_subject"), tmp_path
    )
    assert "the program's own name" in told


@pytest.mark.parametrize("value", ['"NaN"', '"Infinity"', '"-1"', '"100.5"', '"25.555"', '"1E+9"'])
def test_a_tax_that_no_order_takes_is_refused(tmp_path: Path, value: str) -> None:
    """Not a number, below nothing, above a hundred, or finer than a hundredth."""
    (told,) = problems_of(SMALLEST + f"[orders]\nvat_percent = {value}\n", tmp_path)
    assert "orders.vat_percent should be a percentage from 0 to 100" in told
