"""Letters, labels and directories as others read them: tagged, titled, in a language, every letter with its Unicode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.pdf_ua import problems, structure

if TYPE_CHECKING:
    from tests.support.export_house import Exports

FORMS = [
    ("labels", "direct_advertising", "Osoitetarrat"),
    ("directory", "publication", "Asiakasrekisteri"),
    ("letter-welcome", "direct_marketing", "Tervetuloa"),
]


def pages(exports: Exports, form: str, purpose: str) -> bytes:
    """The PDF of two customers."""
    exports.add()
    exports.add(
        first_name="Åke", last_name="Öhman", street="Strandvägen 1", postcode="10600", town="Tammisaari"
    )
    return exports.plan(form, purpose).payloads[0].content


@pytest.mark.parametrize(("form", "purpose", "title"), FORMS)
def test_pages_keep_what_pdf_ua_asks(exports: Exports, form: str, purpose: str, title: str) -> None:
    """Looked at with another library than the one that made them."""
    assert problems(pages(exports, form, purpose), language="fi", title=title) == []


@pytest.mark.parametrize(("form", "purpose", "title"), FORMS)
def test_everything_said_is_in_the_structure(exports: Exports, form: str, purpose: str, title: str) -> None:
    """A screen reader meets a document with parts in it, not one heap."""
    elements = structure(pages(exports, form, purpose))
    assert elements[0] == ("Document", "")
    assert {name for name, _ in elements} & {"P", "L", "Table", "H1"}, title


def test_what_is_missing_is_noticed(exports: Exports) -> None:
    """The judge is judged: another language or title is a problem."""
    content = pages(exports, *FORMS[2][:2])
    assert problems(content, language="en", title="Tervetuloa") == ["Lang: fi"]
    assert problems(content, language="fi", title="Muu") == ["XMP: dc:title Tervetuloa"]
