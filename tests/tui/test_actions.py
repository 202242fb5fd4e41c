"""The table of actions: complete, unambiguous, within eighty columns, and the same as its page."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re

import pytest

import tui.screens
from core.actor import Role
from core.messages import LANGUAGES, tr
from tui import keys_page
from tui.actions import ACTIONS, EVERYWHERE, KEYS, actions_in, shown_key
from tui.app import RegisterApp
from tui.screens.base import BaseScreen
from tui.widgets.key_bar import KeyBar

AREAS = sorted({action.area for action in ACTIONS} - {EVERYWHERE})
EVERYONE = frozenset(Role)


def screens() -> list[type[BaseScreen]]:
    """Every screen that has an area."""
    found = []
    for module in pkgutil.walk_packages(tui.screens.__path__, "tui.screens."):
        for _, thing in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(thing, BaseScreen) and thing.__module__ == module.name and hasattr(thing, "area"):
                if thing.__name__.startswith("_"):
                    continue
                found.append(thing)
    return found


def test_an_action_is_named_once() -> None:
    """No area has a verb twice."""
    ids = [action.id for action in ACTIONS]
    assert len(set(ids)) == len(ids)


def test_a_key_starts_one_verb() -> None:
    """A key means the same on every screen."""
    keys = [key for keys in KEYS.values() for key in keys]
    assert len(set(keys)) == len(keys)


def test_each_f_key_has_a_twin_with_ctrl() -> None:
    """Terminals that keep F-keys to themselves lose nothing."""
    for keys in KEYS.values():
        if re.fullmatch(r"f\d+", keys[0]):
            assert keys[1].startswith("ctrl+")


def test_no_key_is_one_that_terminals_confuse() -> None:
    """Neither Shift+F-keys, nor Esc, Alt, F11, nor a Ctrl letter that is Tab, Enter or Backspace to a terminal."""
    for keys in KEYS.values():
        for key in keys:
            assert not re.search(r"shift\+f|escape|alt\+|^f11$|^ctrl\+[hijm]$", key)


def test_every_action_is_a_priority_binding() -> None:
    """An action runs in the app's own loop, before the next key is looked at."""
    bindings = RegisterApp._merged_bindings
    assert bindings is not None
    bound = {key for key, found in bindings.key_to_bindings.items() if all(one.priority for one in found)}
    assert {key for keys in KEYS.values() for key in keys} <= bound


@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.__name__)
def test_a_screen_can_do_what_its_area_offers(screen: type[BaseScreen]) -> None:
    """Each verb that the table offers on a screen has a method there."""
    for action in actions_in(screen.area):
        assert inspect.iscoroutinefunction(getattr(screen, f"do_{action.verb}", None)), action.id


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("area", AREAS)
def test_the_key_bar_fits_eighty_columns(area: str, language: str) -> None:
    """With every role and every action at once, nothing is cut off."""
    shown = tuple(
        (shown_key(action.keys[0]), tr(action.label, language))
        for action in actions_in(area)
        if action.label and not action.is_letter and action.allowed(EVERYONE)
    )
    assert KeyBar.width_of(shown) <= 80


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_fits_eighty_columns(language: str) -> None:
    """Each line of the main menu is seen whole."""
    for action in actions_in("menu"):
        if action.is_letter:
            assert len(tr(action.label, language)) <= 22
            assert len(tr(action.words, language)) <= 51


def test_every_area_has_a_screen_and_a_place_in_the_page() -> None:
    """No area is left over in the table, and none is missing in the documentation."""
    assert set(AREAS) <= {screen.area for screen in screens()}
    assert set(AREAS) | {EVERYWHERE} == set(keys_page._AREAS)


def test_the_page_of_keys_is_current() -> None:
    """`docs/keys.md` is what the table says; ``python -m tui.keys_page`` writes it anew."""
    assert keys_page.FILE.read_text(encoding="utf-8") == keys_page.page()
