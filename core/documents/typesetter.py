"""What the documents room asks of a typesetter.  Core knows no typesetting library: the front end brings one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages to be made: a template in Typst, and the values as data, which the template reads and never runs.

    ``day`` is the date that the file carries, so that the same pages are the same bytes on every day.  ``from_settings``
    names the members of ``data`` that come from the configuration and hold nobody's data: what the gate searches for
    values that may not leave is the rest.  ``parts`` are further files, by name, which the template imports; where there
    are any, the template is the file ``name`` beside them, and what is wrong with one of them is said with file and line.
    """

    template: str
    data: Mapping[str, Any] = field(repr=False)
    day: date
    from_settings: frozenset[str] = frozenset()
    parts: Mapping[str, str] = field(default_factory=dict)
    name: str = "main.typ"


class Typesetter(Protocol):
    """Makes a tagged PDF (PDF/UA-1) of pages, without network or files."""

    def pdf(self, pages: Pages) -> bytes:
        """The document's bytes; the same pages always give the same.

        Raises:
            CannotTypeset: a value or the template cannot be set.
            LabelTooSmall: an address does not fit its label.
            TypesetterUnavailable: the machine cannot keep the typesetter apart.
        """
        ...

    def html(self, pages: Pages) -> str:
        """The same words as HTML, without layout: what a preview in a terminal is made of.

        Raises:
            CannotTypeset, TypesetterUnavailable: as `pdf`.
        """
        ...
