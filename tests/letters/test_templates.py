"""Templates: the company's own before ours, and one that is broken is named with its file and line."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest

from core.documents.errors import CannotTypeset, TemplateBroken
from core.rights.letters import templates
from core.rights.letters.errors import TemplatesThere, TemplatesUnreadable
from core.rights.letters.preview import as_text
from core.rights.letters.samples import DAY, sample, try_templates
from core.rights.letters.service import compiled, hand_over, pages_of, preview_text
from core.rights.letters.types import LetterKind
from integrations.typesetter import Typst
from tests.support.export_house import config_in
from tests.support.pdf_ua import problems

if TYPE_CHECKING:
    from pathlib import Path

    from core.config import Config
    from tests.letters.conftest import Desk

TYPST = Typst()


def register(directory: Path) -> Any:
    """As much of a register as templates need: its configuration."""
    config: Config = config_in(directory)
    return SimpleNamespace(config=config)


def made(directory: Path, kind: LetterKind, language: str = "fi") -> bytes:
    """A letter with everything in it."""
    house = register(directory)
    data = sample(house, kind, language, full=True)
    return compiled(house, TYPST.pdf, pages_of(None, kind, language, data, DAY))


def test_every_letter_can_be_made(tmp_path: Path) -> None:
    """In both languages, with everything in it and with as little as there can be."""
    assert len(list(try_templates(register(tmp_path), TYPST))) == 2 * len(LetterKind)


@pytest.mark.parametrize("kind", [LetterKind.RECTIFICATION_REFUSED, LetterKind.ERASED])
def test_letters_are_pdf_ua(tmp_path: Path, kind: LetterKind) -> None:
    """Tables, lists and quoted words are tagged too; the document says that it is."""
    content = made(tmp_path, kind)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        title = str(pdf.docinfo["/Title"])
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "fi"
    assert problems(content, language="fi", title=title) == []


def test_the_same_letter_is_the_same_bytes(tmp_path: Path) -> None:
    """So that what was previewed is what is handed over."""
    assert made(tmp_path, LetterKind.RECEIPT) == made(tmp_path, LetterKind.RECEIPT)


def test_the_company_changes_what_it_likes(desk: Desk, tmp_path: Path) -> None:
    """One file of its own; the rest stays ours."""
    own = tmp_path / "letters"
    assert len(templates.export(own)) == len(templates.names())
    for name in templates.names():
        if name != "receipt.fi.typ":
            (own / name).unlink()
    changed = (own / "receipt.fi.typ").read_text(encoding="utf-8").replace("Vastaus on maksuton.", "Kiitos!")
    (own / "receipt.fi.typ").write_text(changed, encoding="utf-8")
    desk.templates_in(own)
    shown = preview_text(desk.register, TYPST, desk.actor, desk.receive().number, LetterKind.RECEIPT)
    assert "Kiitos!" in shown
    assert "maksuton" not in shown
    with pytest.raises(TemplatesThere):
        templates.export(own)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("receipt.fi.typ", '#import "fi.typ": *\n\nHyvä #[ auki\n', "3"),
        ("receipt.fi.typ", '#import "fi.typ": *\n#given.puuttuu\n', "2"),
        ("layout.typ", "#let given = json(bytes(sys.inputs.data))\n\n#let sheet(\n", "3"),
        ("receipt.fi.typ", '#import "@preview/cetz:0.3.0": *\n', "1"),
        ("receipt.fi.typ", '#read("/etc/passwd")\n', "1"),
    ],
)
def test_a_broken_template_is_named_with_file_and_line(
    desk: Desk, tmp_path: Path, name: str, text: str, line: str
) -> None:
    """Also one that reaches for a package or a file of the machine's: there is neither."""
    own = tmp_path / "letters"
    own.mkdir()
    (own / name).write_text(text, encoding="utf-8")
    desk.templates_in(own)
    with pytest.raises(TemplateBroken) as caught:
        preview_text(desk.register, TYPST, desk.actor, desk.receive().number, LetterKind.RECEIPT)
    told = caught.value.explain("fi").sentence
    known = desk.known()
    with pytest.raises(TemplateBroken, match=name):
        hand_over(desk.register, TYPST, desk.actor, known.number, LetterKind.RECEIPT)
    assert not list(desk.house.exports.glob("*"))
    assert str(own / name) in told
    assert f"rivillä {line}:" in told
    with pytest.raises(CannotTypeset):
        list(try_templates(desk.register, TYPST))


def test_a_folder_that_is_not_there_and_a_file_that_is_no_text_are_refused(
    desk: Desk, tmp_path: Path
) -> None:
    """Rather than taken for no changes."""
    case = desk.receive()
    desk.templates_in(tmp_path / "nowhere")
    with pytest.raises(TemplatesUnreadable):
        preview_text(desk.register, TYPST, desk.actor, case.number, LetterKind.RECEIPT)
    (tmp_path / "receipt.fi.typ").write_bytes(b"\xff\xfe")
    desk.templates_in(tmp_path)
    with pytest.raises(TemplatesUnreadable):
        preview_text(desk.register, TYPST, desk.actor, case.number, LetterKind.RECEIPT)


def test_a_preview_is_laid_out_for_a_terminal() -> None:
    """Headings, lists, tables wrapped in their columns; what commands a terminal is shown, not obeyed."""
    cells = "<tr><th>Tieto</th><th>Nyt</th></tr><tr><td>katu</td><td>" + "pitkä " * 20 + "</td></tr>"
    html = f"<body><h2>Otsikko</h2><p>Yksi<br>kaksi \x1b[31m</p><ul><li>a</li><li>b</li></ul><table>{cells}</table></body>"
    lines = as_text(html, 40).splitlines()
    assert lines[:2] == ["Otsikko", "-------"]
    assert "\x1b" not in "".join(lines)
    assert lines[lines.index("- a") + 1] == "- b"
    assert max(map(len, lines)) <= 40
    assert any(line.startswith("       pitkä") for line in lines)
