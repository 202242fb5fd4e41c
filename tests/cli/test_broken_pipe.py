"""A reader that goes away, such as `| head`, is no fault."""

from __future__ import annotations

import pytest

from tui.cli import main as entry


def test_a_reader_that_goes_away_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever was being printed when the pipe broke, nobody is told of something unexpected."""
    reported: list[Exception] = []

    def broken(_arguments: list[str]) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(entry, "_run", broken)
    monkeypatch.setattr(entry, "report_unexpected", lambda error, _language: reported.append(error))
    with pytest.raises(SystemExit) as ended:
        entry.main(["--version"])
    assert ended.value.code == 1
    assert reported == []
    assert capsys.readouterr().err == ""
