"""A screen with several views of one record, changed by their numbers; each is read when it is first looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.base import BaseScreen
from tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.app import RegisterApp
    from tui.widgets.rows import Rows


class TabbedScreen(BaseScreen):
    """Subclasses give the views and read them in `load`."""

    def __init__(self, desk: RegisterApp, views: list[tuple[str, Rows]]) -> None:
        super().__init__(desk)
        self.tabs = TabLine([name for name, _ in views])
        self.views = [widget for _, widget in views]
        self.index = 0
        self._loaded: set[int] = set()

    def load(self, index: int) -> None:
        """Read what the view *index* shows; short, so done at once."""
        raise NotImplementedError

    def head(self) -> Iterable[Widget]:
        """Rows above the views."""
        return ()

    @property
    def active(self) -> Rows:
        """The view that is seen."""
        return self.views[self.index]

    async def prepare(self) -> None:
        """Read the first view."""
        self.show_view(0)

    def body(self) -> Iterable[Widget]:
        """Head, names of the views, and the views, of which one is seen."""
        yield from self.head()
        yield self.tabs
        yield from self.views

    def show_view(self, index: int) -> None:
        """See the view *index*, reading it when it has not been read."""
        if index not in self._loaded:
            self.load(index)
            self._loaded.add(index)
        self.index = index
        self.tabs.show(index)
        for place, view in enumerate(self.views):
            view.display = place == index
        if self.is_attached:
            self.draw_frame()

    def reload(self) -> None:
        """Read again: the view that is seen now, the others when they are looked at."""
        self._loaded.clear()
        self.show_view(self.index)

    def take_key(self, key: str, character: str | None) -> None:
        """Left and right go through the views; the rest goes to the one that is seen."""
        steps = {"left": -1, "right": 1}
        if key in steps:
            self.show_view((self.index + steps[key]) % len(self.views))
        else:
            super().take_key(key, character)

    async def do_refresh(self) -> None:
        """F5."""
        self.reload()

    async def do_next(self) -> None:
        """Tab: the next view."""
        self.take_key("right", None)

    async def do_previous(self) -> None:
        """Shift+Tab: the view before."""
        self.take_key("left", None)

    async def do_choose_1(self) -> None:
        """1."""
        self.show_view(0)

    async def do_choose_2(self) -> None:
        """2."""
        self.show_view(1)

    async def do_choose_3(self) -> None:
        """3."""
        self.show_view(2)

    async def do_choose_4(self) -> None:
        """4."""
        self.show_view(3)

    async def do_choose_5(self) -> None:
        """5."""
        self.show_view(4)
