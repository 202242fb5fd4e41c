"""How quickly a batch goes."""

from __future__ import annotations

from core.batches.rate import Rate


def test_what_was_done_before_is_no_part_of_the_rate() -> None:
    """A run gone on with at row 500 tells rows a second since then, and the time for the rest."""
    rate = Rate()
    assert rate.told(500, 1000, 10.0) is None
    assert rate.told(600, 1000, 12.0) == (50.0, 8.0)
    assert rate.told(1000, 1000, 20.0) == (50.0, 0.0)


def test_nothing_is_told_before_something_is_known() -> None:
    """No rows yet, or no time gone by."""
    rate = Rate()
    rate.told(0, 10, 1.0)
    assert rate.told(0, 10, 2.0) is None
    assert rate.told(5, 10, 1.0) is None
