"""The example and a new configuration are written from the settings, so neither can fall behind."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

import core
from core.config.example import example_text, new_text
from core.config.reading import read_content
from core.config.schema import Config
from core.config.walk import bare, is_named_tables, is_struct, notes

ROOT = Path(core.__file__).parent.parent
GIVEN = {
    "register.name": "Uusi",
    "register.controller.name": "Uusi Oy",
    "register.controller.address": "Tie 1",
    "register.controller.contact_person": "N. N.",
    "register.controller.email": "n@example.fi",
    "log.origin": "example.fi/uusi",
}


def uncommented(text: str) -> str:
    """The example with every setting set: descriptions begin with "#:", settings that are not set with "# "."""
    return re.sub(r"^# ", "", text, flags=re.MULTILINE)


def test_example_is_what_the_settings_say() -> None:
    """config.example.toml equals the generated text: python -m core.config writes it anew."""
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == example_text()


def test_example_loads_as_it_stands(tmp_path: Path) -> None:
    """Somebody who copies the example has a configuration without problems."""
    reading = read_content(example_text().encode(), tmp_path / "config.toml")
    assert [str(problem) for problem in reading.problems] == []
    assert reading.config is not None


def test_example_loads_with_every_setting_set(tmp_path: Path) -> None:
    """Each commented setting is written as it may be written."""
    reading = read_content(uncommented(example_text()).encode(), tmp_path / "config.toml")
    assert [str(problem) for problem in reading.problems] == []
    defaults = {".".join(key) for key, origin in reading.origins.items() if origin == "default"}
    # Second examples of a table show only what differs.
    assert {
        key
        for key in defaults
        if not re.match(
            r"(recipients\.(addresses|credit|business_register|print|house)|partners\.(asiakastieto|ytj|address_file))\.",
            key,
        )
    } == set()


def test_each_setting_has_a_description() -> None:
    """Every field of every table says what it means, and every table too."""

    def check(kind: type[msgspec.Struct]) -> None:
        assert kind.__doc__
        for each in msgspec.structs.fields(kind):
            inner = bare(each.type)
            if is_struct(inner):
                check(inner)
            elif is_named_tables(inner):
                check(bare(inner.__args__[1]))
            else:
                assert any(note.description for note in notes(each.type)), f"{kind.__name__}.{each.name}"

    check(Config)


def test_new_configuration_holds_what_was_given_and_no_recipient(tmp_path: Path) -> None:
    """A new register starts with its own name and with nobody to send to."""
    reading = read_content(new_text(GIVEN).encode(), tmp_path / "config.toml")
    assert reading.config is not None
    assert reading.config.register.controller.name == "Uusi Oy"
    assert reading.config.recipients == {}
    assert reading.config.partners == {}


def test_given_values_cannot_write_other_settings(tmp_path: Path) -> None:
    """A quote or line end in an answer stays inside its value."""
    hostile = 'A"\n[staff]\nsession_hours = 99\n#'
    text = new_text(GIVEN | {"register.controller.name": hostile})
    reading = read_content(text.encode(), tmp_path / "config.toml")
    assert reading.config is not None
    assert reading.config.register.controller.name == hostile
    assert reading.config.staff.session_hours == 12
