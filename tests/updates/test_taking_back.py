"""What can be taken back, against a register small enough to be told by hand: random histories of one customer."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.updates.taking_back import Line, taken_back

RUN = 7
FIELDS = ("street", "postcode", "town", "email", "protected_address")
ADDRESS = {"street", "postcode", "town"}
writes = st.lists(
    st.tuples(
        st.sampled_from([None, RUN, 8]),
        st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 3), min_size=1),
    ),
    max_size=8,
)


def history(written: list[tuple[int | None, dict[str, int]]]) -> tuple[list[Line], dict[str, Any]]:
    """The lines of a history, as the register would write it, and the values at its end."""
    now: dict[str, Any] = {}
    lines = []
    for number, (batch, values) in enumerate(written, 1):
        pairs = {field: [now.get(field), value] for field, value in values.items() if now.get(field) != value}
        if pairs:
            lines.append(Line(number, 1, batch, None, "staff", "", pairs))
            now |= values
    return lines, now


def given_by(lines: list[Line], field: str) -> Line | None:
    """The latest line that gave a field."""
    return next((line for line in reversed(lines) if field in line.changes), None)


@given(writes)
def test_only_what_the_run_gave_goes_back(written: list[tuple[int | None, dict[str, int]]]) -> None:
    """A field goes back exactly when the run gave its value and that of whatever belongs to it, to what was before."""
    lines, _ = history(written)
    back = taken_back(lines, RUN)
    touched = {field for line in lines if line.batch_id == RUN for field in line.changes}
    assert set(back.returns) | set(back.spared) == touched
    assert not set(back.returns) & set(back.spared)

    for field in touched:
        together = ADDRESS if field in ADDRESS else {field}
        since = min(line.id for line in lines if line.batch_id == RUN and together & set(line.changes))
        latest = [given for other in together if (given := given_by(lines, other)) is not None]
        lost = any(given.batch_id != RUN and given.id > since for given in latest)
        assert (field in back.spared) == lost
    for field, found in back.returns.items():
        others = [line for line in lines if field in line.changes]
        while others and others[-1].batch_id == RUN:
            value = others.pop().changes[field][0]
        assert found.value == value
        assert found.given_by == (others[-1] if others else None)


@given(writes)
def test_what_was_undone_is_not_undone_again(written: list[tuple[int | None, dict[str, int]]]) -> None:
    """After the undo's own lines nothing of the run is left to take back."""
    lines, now = history(written)
    back = taken_back(lines, RUN)
    after = list(lines)
    for field, found in back.returns.items():
        number = found.given_by.id if found.given_by else None
        changes = {field: [now.get(field), found.value]}
        after.append(Line(len(after) + 100, 1, 9, number, "staff", "", changes))
    again = taken_back(after, RUN)
    assert not again.returns


def test_a_run_beneath_an_undone_one_goes_back() -> None:
    """What a later run's undo gave back is as good as never overwritten."""
    lines = [
        Line(1, 1, None, None, "first_load", "", {"email": [None, "a"]}),
        Line(2, 1, RUN, None, "address_service", "", {"email": ["a", "b"]}),
        Line(3, 1, 8, None, "address_service", "", {"email": ["b", "c"]}),
        Line(4, 1, 9, 2, "address_service", "", {"email": ["c", "b"]}),
    ]
    (found,) = taken_back(lines, RUN).returns.values()
    assert (found.value, found.given_by) == ("a", lines[0])
    assert not taken_back(lines[:3], RUN).returns
