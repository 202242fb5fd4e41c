"""A member of staff's session at a terminal, from the first screen to the last signal."""

from __future__ import annotations

from tui.session.run import run_session

__all__ = ["run_session"]
