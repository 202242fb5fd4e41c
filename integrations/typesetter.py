"""The typesetter: Typst in a process of its own, which can reach neither the network nor any file.

A letter is made from personal data and a template that a company may write itself, and Typst would fetch whatever
package a template asks for.  So the process that runs it gives up sockets, other programs and writing (see
`integrations.typst_worker`) before Typst is loaded; where the machine cannot do that, no page is made.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.documents.errors import CannotTypeset, LabelTooSmall, TemplateBroken, TypesetterUnavailable
from core.errors import Words
from core.messages import N_

if TYPE_CHECKING:
    from core.documents.typesetter import Pages

_WORKER: Final = Path(__file__).with_name("typst_worker.py")
_SECONDS: Final = 300
_TOO_SMALL: Final = "label-too-small "


class Typst:
    """Makes PDF/UA-1 of pages; each call has a process of its own."""

    def __init__(self, worker: Path = _WORKER, seconds: float = _SECONDS) -> None:
        self._worker = worker
        self._seconds = seconds

    def pdf(self, pages: Pages) -> bytes:
        """The document's bytes; the same pages always give the same.

        Raises:
            CannotTypeset: a value or the template cannot be set; TemplateBroken says where.
            LabelTooSmall: an address does not fit its label.
            TypesetterUnavailable: the process cannot be kept apart, or did not answer in time.
        """
        return self._set(pages, "pdf", b"%PDF-")

    def html(self, pages: Pages) -> str:
        """The same words as HTML, without layout.

        Raises:
            CannotTypeset, TypesetterUnavailable: as `pdf`.
        """
        return self._set(pages, "html", b"<!DOCTYPE html>").decode()

    def _set(self, pages: Pages, form: str, begins: bytes) -> bytes:
        day = datetime(pages.day.year, pages.day.month, pages.day.day, tzinfo=UTC)
        order = {
            "template": pages.template,
            "data": json.dumps(pages.data, ensure_ascii=False),
            "timestamp": int(day.timestamp()),
            "form": form,
            "parts": dict(pages.parts),
            "name": pages.name,
        }
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter, our own file
                # -I: neither the folder it stands in nor the environment says what is loaded.
                [sys.executable, "-I", str(self._worker)],
                input=json.dumps(order).encode(),
                capture_output=True,
                timeout=self._seconds,
                check=False,
                env={},
                cwd="/",
            )
        except subprocess.TimeoutExpired:
            raise TypesetterUnavailable(reason=Words(N_("it took too long"))) from None
        except OSError as error:
            raise TypesetterUnavailable(reason=Words(N_("it could not be started"))) from error
        if done.returncode == 0 and done.stdout.startswith(begins):
            return done.stdout
        raise _refusal(done.stderr.decode(errors="replace"))


def _refusal(told: str) -> CannotTypeset | LabelTooSmall | TypesetterUnavailable:
    """What the worker's last line means: a word for whose fault it is, and the reason."""
    fault, _, reason = told.strip().rpartition("\n")[2].partition(": ")
    if fault == "broken":
        file, line, why = reason.split("\t")
        return TemplateBroken(file=file, line=line, reason=why)
    if fault == "cannot_set":
        place = reason.partition(_TOO_SMALL)[2].partition('"')[0]
        return LabelTooSmall(place=place) if place.isdigit() else CannotTypeset(reason=reason)
    if fault == "not_apart":
        return TypesetterUnavailable(reason=Words(N_("its process cannot be kept off the network")))
    return TypesetterUnavailable(reason=Words(N_("it stopped without an answer")))
