"""Forms: fields, moving between them, ticks and choices."""

from __future__ import annotations

from tui.widgets.form import Field, Form

CHOICES = (("fi", "Finnish"), ("sv", "Swedish"), ("en", "English"))


def form(**values: str) -> Form:
    """Two fields side by side, one below, a tick and a choice."""
    return Form(
        [
            Field("last", "Last", 0, 10, 10),
            Field("first", "First", 0, 40, 10, label_column=30),
            Field("secret", "Secret", 1, 10, 10, kind="secret"),
            Field("told", "Told", 2, 10, kind="tick"),
            Field("language", "Language", 3, 10, kind="choice", choices=CHOICES),
        ],
        values,
    )


def press(target: Form, *keys: str) -> Form:
    """*target* after *keys*; a key of one letter types that letter."""
    for key in keys:
        target.take_key(key, key if len(key) == 1 else None)
    return target


def test_typing_goes_to_one_field_until_the_next() -> None:
    """What is typed before Tab stays before Tab, whether or not anything has been drawn."""
    filled = press(form(), *"Virtanen")
    filled.next()
    press(filled, *"Maija")
    assert [filled.value("last"), filled.value("first")] == ["Virtanen", "Maija"]


def test_the_last_field_is_followed_by_the_first() -> None:
    """Tab goes round, and says so, since a sign-in form goes on from there."""
    filled = form()
    assert [filled.next() for _ in range(5)] == [False, False, False, False, True]
    assert filled.current.name == "last"


def test_the_arrows_move_between_rows() -> None:
    """Down and up keep to the nearest column."""
    filled = form()
    filled.next()
    assert press(filled, "down").current.name == "secret"
    assert press(filled, "down", "down").current.name == "language"
    assert press(filled, "up").current.name == "told"


def test_a_tick_is_set_and_taken_back() -> None:
    """Space changes it, x sets it."""
    filled = form()
    filled.focus_field("told")
    assert press(filled, "space").ticked("told")
    assert not press(filled, "space").ticked("told")
    assert press(filled, "x").ticked("told")


def test_a_choice_begins_empty_and_goes_round() -> None:
    """Nothing is chosen until the person chooses."""
    filled = form()
    filled.focus_field("language")
    assert filled.value("language") == ""
    assert press(filled, "space").value("language") == "fi"
    assert press(filled, "right", "right", "right").value("language") == "fi"
    assert press(filled, "left").value("language") == "en"


def test_a_letter_chooses_what_begins_with_it() -> None:
    """Typing the first letter of a choice takes it."""
    filled = form()
    filled.focus_field("language")
    assert press(filled, "s").value("language") == "sv"


def test_a_secret_is_drawn_as_signs() -> None:
    """Neither while it is typed nor afterwards does a secret stand on the screen."""
    filled = form(secret="kissa")
    assert "kissa" not in filled.row(1, 80).strip().text
    filled.focus_field("secret")
    press(filled, *"x")
    text = filled.row(1, 80).strip().text
    assert "kissa" not in text
    assert "******" in text


def test_every_change_is_told() -> None:
    """The sums of an order follow each letter."""
    told: list[str] = []
    watched = Form([Field("price", "Price", 0)], changed=told.append)
    press(watched, "1", "left", "2", "backspace")
    assert told == ["price"] * 3
