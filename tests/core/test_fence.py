"""The erasure fence: who was erased stays out, nobody else does, and no crash opens it."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.fence import Fence, FenceUnusable
from core.keys import KeyFileExists

if TYPE_CHECKING:
    from pathlib import Path

AINO = {
    "number": "1001",
    "first_name": "Aino",
    "last_name": "Mäkelä",
    "email": "aino@example.fi",
    "phone": "+358401234567",
    "street": "Kuja 1 A 2",
    "postcode": "00100",
}


@pytest.fixture
def fence(tmp_path: Path) -> Fence:
    """A new fence."""
    return Fence.create(tmp_path / "erasure.fence")


@pytest.mark.parametrize(
    "again",
    [
        {"number": "1001"},
        {"first_name": "AINO", "last_name": "makela", "email": "Aino@Example.fi"},
        {"first_name": "Mäkelä", "last_name": "Aino", "phone": "+358401234567"},
        {"first_name": "Aino", "last_name": "Mäkelä", "street": "kuja 1  a 2", "postcode": "00100"},
    ],
)
def test_an_erased_person_stays_out(fence: Fence, again: dict[str, str | None]) -> None:
    """Whoever has the number, or the name with any of the three, is recognised, however it is spelt."""
    assert not fence.holds(again)
    assert fence.add([AINO]) == 4
    assert fence.holds(again)
    assert Fence(fence.path).holds(again)
    assert fence.add([AINO]) == 0


@pytest.mark.parametrize(
    "other",
    [
        {"number": "1002"},
        {"first_name": "Matti", "last_name": "Mäkelä", "phone": "+358401234567"},
        {"first_name": "Matti", "last_name": "Mäkelä", "street": "Kuja 1 A 2", "postcode": "00100"},
        {"first_name": "Aino", "last_name": "Mäkelä"},
        {"first_name": "Aino", "last_name": "Mäkelä", "street": "Kuja 1 A 2", "postcode": "00200"},
        {},
    ],
)
def test_the_household_and_namesakes_come_in(fence: Fence, other: dict[str, str | None]) -> None:
    """A shared telephone or address keeps nobody else out, nor does a name alone."""
    fence.add([AINO])
    assert not fence.holds(other)


def test_the_file_says_nothing_of_the_person(fence: Fence) -> None:
    """It is ours alone to read, and two fences of the same person have nothing in common."""
    fence.add([AINO])
    content = fence.path.read_bytes()
    assert fence.path.stat().st_mode & 0o077 == 0
    assert not any((value or "").encode() in content for value in AINO.values())
    other = Fence.create(fence.path.with_name("other.fence"))
    other.add([AINO])
    assert not set(content.splitlines()) & set(other.path.read_bytes().splitlines())


def test_a_running_program_follows_what_another_adds(fence: Fence) -> None:
    """A session that has the fence open sees what an erasure elsewhere adds."""
    assert not fence.holds(AINO)
    Fence(fence.path).add([AINO])
    assert fence.holds(AINO)


@pytest.mark.parametrize("cut", range(1, 33))
def test_a_line_cut_by_a_crash_harms_nothing(fence: Fence, cut: int) -> None:
    """Half a line is no line; the next erasure writes over it, and everything is held."""
    fence.add([{"number": "7"}])
    with fence.path.open("ab") as stream:
        stream.write(b"0" * cut)
    again = Fence(fence.path)
    assert again.holds({"number": "7"})
    again.add([AINO])
    assert Fence(fence.path).holds(AINO)
    assert Fence(fence.path).holds({"number": "7"})


def test_a_fence_that_is_not_whole_is_refused(fence: Fence, tmp_path: Path) -> None:
    """Missing, another file, a changed line, or shorter than it was: nobody comes in past a broken fence."""
    with pytest.raises(KeyFileExists):
        Fence.create(fence.path)
    with pytest.raises(FenceUnusable, match="gone"):
        Fence(tmp_path / "gone").holds(AINO)
    (tmp_path / "note").write_text("a note\n")
    with pytest.raises(FenceUnusable, match="not a fence"):
        Fence(tmp_path / "note").holds(AINO)
    header = fence.path.read_bytes()
    fence.add([AINO])
    whole = fence.path.read_bytes()
    fence.path.write_bytes(whole[:-5] + b"\xff" + whole[-4:])
    with pytest.raises(FenceUnusable, match="changed"):
        Fence(fence.path).holds(AINO)
    fence.path.write_bytes(header)
    with pytest.raises(FenceUnusable, match="shorter"):
        fence.holds(AINO)


def _add(path: Path, numbers: range) -> None:
    fence = Fence(path)
    for number in numbers:
        fence.add([{"number": str(number)}])


def test_two_programs_add_side_by_side(fence: Fence) -> None:
    """Erasures in two processes at once lose none of their lines."""
    context = multiprocessing.get_context("spawn")
    numbers = (range(60), range(60, 120))
    both = [context.Process(target=_add, args=(fence.path, some)) for some in numbers]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
        assert process.exitcode == 0
    assert all(fence.holds({"number": str(number)}) for number in range(120))


_texts = st.none() | st.text(max_size=20)


@given(st.fixed_dictionaries(dict.fromkeys(AINO, _texts)))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_is_added_is_held(fence: Fence, values: dict[str, str | None]) -> None:
    """Any values that name somebody are recognised again; any that name nobody add nothing."""
    named = fence.add([values])
    assert fence.holds(values) or not named
