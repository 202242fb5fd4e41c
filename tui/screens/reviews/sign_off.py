"""Signing off: in the reviewer's words, with the reviewer's own key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.disclosure.review.signing_off import sign_off
from core.messages import N_
from tui.screens.base import BaseScreen
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.review.news import News
    from tui.app import RegisterApp


class SignOffScreen(BaseScreen):
    """What is covered, the words, and the key."""

    area = "sign_off"

    def __init__(self, desk: RegisterApp, new: News) -> None:
        super().__init__(desk)
        covered = self.tr(
            N_("Covers {entries} entries of the log: {transfers} transfers of {persons} persons."),
            entries=new.entries,
            transfers=new.transfers,
            persons=new.persons,
        )
        looked = 0 if new.sample is None else len(new.sample.looked_at)
        state = self.tr(
            N_("Looked at in full: {looked}. Open findings: {open}. In doubt: {doubt}."),
            looked=looked,
            open=new.open_findings,
            doubt=new.in_doubt,
        )
        key = N_(
            "Your own key's file (rekisteri log cosign-key). Empty: cosign elsewhere, then add the line."
        )
        self.form = Form(
            [
                Field("words", self.tr(N_("In words")), row=5, column=20, width=56, max_length=1000),
                Field(
                    "key",
                    self.tr(N_("Key file")),
                    row=7,
                    column=20,
                    width=56,
                    max_length=500,
                    help=self.tr(key),
                ),
            ],
            notes=[Note(1, covered), Note(2, state), Note(9, self.tr(key))],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Sign-off"))

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    @property
    def unsaved(self) -> bool:
        """Something has been written."""
        return any(self.form.values().values())

    async def do_save(self) -> None:
        """F10: sign off; keys wait until it is in the log and cosigned."""
        seat, values = self.desk.seat, self.form.values()
        register, actor = seat.register, seat.actor
        key_file = _file(values["key"])
        done = await self.desk.hold(
            self.tr(N_("Signing off…")),
            lambda: sign_off(
                register.database,
                register.keyring,
                register.log,
                actor,
                words=values["words"],
                key_file=key_file,
            ),
        )
        await self.desk.back("signed")
        if done.not_cosigned is not None:
            words = N_("Signed off: entry {index} of the log; NOT cosigned: {reason}")
            told = {
                "index": done.review.log_index,
                "reason": done.not_cosigned.explain(self.desk.language).sentence,
            }
            self.desk.current.say(self.tr(words, **told), "error")
            return
        words = (
            N_("Signed off: entry {index} of the log, cosigned with your key.")
            if done.cosigner
            else N_("Signed off: entry {index} of the log; not cosigned yet.")
        )
        self.desk.current.say(self.tr(words, index=done.review.log_index), "done")


def _file(text: str) -> Path | None:
    return Path(text).expanduser() if text else None
