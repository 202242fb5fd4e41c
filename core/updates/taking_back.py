"""What of a run can be taken back, told by the histories of its customers: pure.

A value is taken back when the run is still what it is known by. Fields that belong together (an address) go back together
or not at all. What somebody has changed since, and whoever's processing has been restricted, is spared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from core.updates.types import GROUP_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TOGETHER: Final = (*GROUP_FIELDS.values(), ("status", "ended_on"), ("protected_address",))
_PARTNERS: Final = {field: fields for fields in _TOGETHER for field in fields}


class Line(NamedTuple):
    """A line of a customer's history; `restores` is the earlier line whose values it gave back."""

    id: int
    customer_id: int
    batch_id: int | None
    restores: int | None
    source_kind: str
    source_detail: str
    changes: Mapping[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Return:
    """The value that a field goes back to, and the line that gave it; None where nothing was known."""

    value: object
    given_by: Line | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What goes back of one customer, and the fields that are spared."""

    returns: Mapping[str, Return]
    spared: tuple[str, ...]


def taken_back(history: Iterable[Line], run: int) -> TakenBack:
    """What a customer's *history*, oldest line first, lets be taken back of what *run* wrote."""
    touched: dict[str, list[Line]] = {}
    for line in history:
        for field in line.changes:
            touched.setdefault(field, []).append(line)
    mine = {
        field: min(line.id for line in lines if line.batch_id == run)
        for field, lines in touched.items()
        if any(line.batch_id == run for line in lines)
    }
    found = {field: _before(touched[field], field, run) for field in mine}
    spared: set[str] = set()
    for fields in {_PARTNERS.get(field, (field,)) for field in mine}:
        written = [field for field in fields if field in mine]
        since = min(mine[field] for field in written)
        # A part that the run had left as it was may have been changed since: the whole is another then.
        others = [field for field in fields if field in touched and field not in mine]
        if any(found[field] is None for field in written) or any(
            _giver(touched[field]) > since for field in others
        ):
            spared.update(written)
    returns = {field: back for field, back in found.items() if back is not None and field not in spared}
    return TakenBack(returns, tuple(sorted(spared)))


def _giver(lines: Sequence[Line]) -> int:
    """The line that gave a field its present value."""
    return lines[-1].restores or lines[-1].id


def _before(lines: Sequence[Line], field: str, run: int) -> Return | None:
    """What a field was before *run*; None when the run is not what its present value is known by."""
    place = {line.id: at for at, line in enumerate(lines)}
    at = len(lines) - 1
    back: Return | None = None
    while at >= 0:
        line = lines[at]
        if line.restores in place and place[line.restores] < at:
            # An undo brought back what that line had given: as if nothing had been in between.
            at = place[line.restores]
        elif line.batch_id == run:
            at -= 1
            back = Return(line.changes[field][0], None)
        else:
            break
    if back is None or at < 0:
        return back
    given = lines[at]
    return Return(back.value, given)
