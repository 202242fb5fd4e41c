"""Recipients who hold an old value: to be told, waited for, without an answer, done with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.disclosure.categories import CATEGORY_NAMES, CATEGORY_OF_FIELD
from core.messages import N_, tr
from core.notices import due, sending, service
from core.notices.service import NoticeFilter
from core.notices.types import NOTICE_STATE_NAMES, TELLABLE, NoticeState
from core.notices.words import obstacle_in_words, recipient_name
from core.staff.access_log import Access
from tui.screens.tabbed import TabbedScreen
from tui.screens.words import day
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from core.notices.types import Notice, Way
    from tui.app import RegisterApp

TASK: Final = "notices"
_AT_MOST: Final = 500
_TO_TELL: Final = (NoticeState.DUE, NoticeState.IN_DOUBT, NoticeState.SENDING)
_VIEWS: Final = (
    _TO_TELL,
    (NoticeState.SENT, NoticeState.PRINTED),
    (NoticeState.CHASED,),
    (NoticeState.ACKNOWLEDGED, NoticeState.NOT_NEEDED),
)


class NoticeList(TabbedScreen):
    """The chosen row says who is told: F8 takes everything that goes to the same recipient for the same cause."""

    area = "notices"

    def __init__(self, desk: RegisterApp) -> None:
        language = desk.language
        names = (N_("To be told"), N_("Waits for an answer"), N_("No answer"), N_("Done with"))
        self.lists = [
            RecordTable(_columns(language), empty=tr(N_("Nothing here."), language), moved=self.draw_frame)
            for _ in _VIEWS
        ]
        super().__init__(
            desk,
            [(tr(name, language), table) for name, table in zip(names, self.lists, strict=True)],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Recipients to tell"))

    @property
    def chosen(self) -> Notice | None:
        """The notice under the cursor."""
        return self.lists[self.index].chosen()

    async def prepare(self) -> None:
        """Look for holders of what has changed, then read."""
        seat = self.desk.seat
        looked = await self.desk.hold(
            self.tr(N_("Looking…")), lambda: due.catch_up(seat.register, seat.actor, limit=due.AT_THE_END)
        )
        await super().prepare()
        with seat.reading() as connection:
            counts = service.counts(connection, NoticeFilter(states=None))
        told, waits, late = (sum(counts.get(it, 0) for it in states) for states in _VIEWS[:3])
        words = N_("{told} to be told, {waits} wait for an answer, {late} have not answered in time.")
        said = [self.tr(words, told=told, waits=waits, late=late)]
        if looked.left:
            said.append(self.tr(N_("{count} changes have not been looked at yet."), count=looked.left))
        self.say(" ".join(said), "warning" if looked.left else "info")

    def load(self, index: int) -> None:
        """Read one view; it names customers, so reading it is a look."""
        with self.desk.seat.reading() as connection:
            rows = service.page(connection, NoticeFilter(states=_VIEWS[index]), limit=_AT_MOST)
        self.lists[index].show_rows(rows, keep_place=True)
        self.desk.seat.record_access(Access.LIST, None, TASK, f"{len(rows)} rows")

    async def returned(self, result: object) -> None:
        """Back: as it is now."""
        if result is not None:
            self.reload()

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()
        self.reload()

    # --- acting

    def offers(self, verb: str) -> bool:
        """What the chosen notice can have done to it."""
        if verb in {"send", "check", "more", "change"}:
            notice = self.chosen
            if notice is None or notice.state in _VIEWS[-1] or notice.state is NoticeState.SENDING:
                return False
            if verb in {"send", "check"} and notice.state not in TELLABLE:
                return False
        return super().offers(verb)

    async def do_enter(self) -> None:
        """Enter: what has happened to it."""
        notice = self.chosen
        if notice is not None:
            from tui.screens.notices.notice import NoticeScreen

            await self.desk.open(NoticeScreen(self.desk, notice))

    async def do_send(self) -> None:
        """F8: as the agreement says."""
        await self._tell(None)

    async def do_check(self) -> None:
        """F7: by letter."""
        await self._tell("letter")

    async def _tell(self, way: Way | None) -> None:
        notice, seat = self.chosen, self.desk.seat
        if notice is None:
            return
        wanted = NoticeFilter(states=(notice.state,), recipient=notice.recipient, cause=notice.cause)
        bundles = await self.desk.hold(
            self.tr(N_("Choosing…")), lambda: sending.plan(seat.register, seat.actor, wanted, way=way)
        )
        from tui.screens.notices.telling import TellRecipient

        mine = next((it for it in bundles if notice.id in {one.id for one in it.notices}), bundles[0])
        await self.desk.open(TellRecipient(self.desk, mine))

    async def do_more(self) -> None:
        """F9: it has been acknowledged."""
        await self._settle(acknowledged=True)

    async def do_change(self) -> None:
        """F2: it is not needed."""
        await self._settle(acknowledged=False)

    async def _settle(self, *, acknowledged: bool) -> None:
        notice = self.chosen
        if notice is not None:
            from tui.screens.notices.settling import SettleNotice

            await self.desk.open(SettleNotice(self.desk, notice, acknowledged=acknowledged))

    async def do_choose_5(self) -> None:
        """There are four views."""


def about(notice: Notice, language: str) -> str:
    """Of which data it is."""
    names = dict.fromkeys(CATEGORY_NAMES[CATEGORY_OF_FIELD[field]] for field in notice.fields)
    return ", ".join(tr(name, language) for name in names) or "–"


def _columns(language: str) -> list[Column[Notice]]:
    def state(notice: Notice) -> str:
        if notice.obstacle is not None:
            return obstacle_in_words(notice.obstacle, language)
        return tr(NOTICE_STATE_NAMES[notice.state], language)

    return [
        Column(tr(N_("No."), language), 5, lambda it: str(it.id), "right"),
        Column(tr(N_("Recipient"), language), 11, lambda it: recipient_name({}, it.recipient, language)),
        Column(
            tr(N_("Customer"), language),
            0,
            lambda it: f"{it.customer_number or '–'} {it.customer_name or ''}",
        ),
        Column(tr(N_("Data"), language), 14, lambda it: about(it, language)),
        Column(tr(N_("At the latest"), language), 11, lambda it: day(it.chase_on or it.due_on)),
        Column(tr(N_("State"), language), 14, state),
    ]
