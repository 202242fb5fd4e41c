"""Transfers as a reviewer filters them: the log's filters, and by staff and by what the rules mark."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.messages import N_
from core.staff.members import members
from tui.screens.disclosures.log import LogScreen
from tui.widgets.form import Field, Form

if TYPE_CHECKING:
    from core.disclosure.review.news import News
    from core.disclosure.transfers import TransferFilter
    from tui.app import RegisterApp

_FILTER_ROWS = 5


class ReviewedTransfers(LogScreen):
    """Opened with what is new, whose marks it filters by."""

    def __init__(self, desk: RegisterApp, new: News) -> None:
        self.marked = tuple(sorted({mark.number for mark in new.marks if mark.number is not None}))
        super().__init__(desk)
        self.filters.styles.height = _FILTER_ROWS

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Transfers"))

    def _filter_form(self) -> Form:
        with self.desk.seat.reading() as connection:
            people = members(connection)
        any_one = ("", self.tr(N_("all")))
        return Form(
            [
                *super()._filter_form().fields,
                Field(
                    "staff", self.tr(N_("Staff")), row=3, column=17, width=20, kind="choice",
                    choices=(any_one, *((str(one.id), one.name) for one in people)),
                ),
                Field(
                    "unusual", self.tr(N_("Unusual")), row=3, column=60, width=20, label_column=43, kind="choice",
                    choices=(any_one, ("marked", self.tr(N_("marked by rules")))),
                ),
            ],
        )  # fmt: skip

    def _wanted(self) -> TransferFilter:
        values = self.filters.values()
        wanted = super()._wanted()
        if values["staff"]:
            wanted = replace(wanted, staff_id=int(values["staff"]))
        return replace(wanted, numbers=self.marked) if values["unusual"] else wanted
