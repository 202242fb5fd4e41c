"""Labels, directories and letters as pages: tagged, the same each time, never run as markup, never on the network."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

import integrations.typesetter
from core.config.schema import Letter
from core.customers.model import customer_table
from core.disclosure.errors import ForbiddenValueInPayload
from core.documents.errors import CannotTypeset, LabelTooSmall, TemplateUnreadable, TypesetterUnavailable
from core.documents.typesetter import Pages
from integrations.typesetter import Typst

if TYPE_CHECKING:
    from tests.support.export_house import Exports

DAY = date(2026, 11, 23)
TITLED = '#set document(title: "x")\n'


def set_page(template: str, **data: object) -> bytes:
    """One page of a template."""
    return Typst().pdf(Pages(TITLED + template, data, DAY))


@pytest.mark.parametrize(
    ("form", "purpose"),
    [("labels", "direct_advertising"), ("directory", "publication"), ("letter-welcome", "direct_marketing")],
)
def test_pages_are_tagged_and_always_the_same(exports: Exports, form: str, purpose: str) -> None:
    """PDF/UA-1 says so in its own metadata, carries its language and title, and is reproducible to the byte."""
    exports.add()
    preview = exports.plan(form, purpose)
    (payload,) = preview.payloads
    again = exports.register.exits(f"files-{form}").render(purpose, preview.plan.items)
    assert again == (payload,)
    assert payload.content.startswith(b"%PDF-")
    assert b"pdfuaid:part>1<" in payload.content
    assert b"/Lang(fi" in payload.content
    assert payload.media_type == "application/pdf"
    assert exports.file(exports.register.gate.release(exports.actor, preview)) == payload.content


def test_a_number_of_the_format_is_nobodys_number(exports: Exports) -> None:
    """A PDF is full of lengths and places; one that equals a customer's number is no leak and stops no sheet."""
    for _ in range(40):
        exports.add()
    names = frozenset({"name", "postal_address"})
    content = exports.plan("labels", categories=names).payloads[0].content
    places = [match[1].decode() for match in re.finditer(rb"(?<![0-9])([0-9]{5,7})(?![0-9])", content)]
    with exports.register.database.unit_of_work() as uow:
        uow.connection.execute(
            update(customer_table).where(customer_table.c.number == "1001").values(number=places[-1])
        )
        uow.commit()
    assert exports.plan("labels", categories=names).payloads[0].content == content


def test_a_page_that_got_more_than_it_may_is_stopped(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a template is given is searched, since the PDF itself cannot be: a value that slipped in is found."""
    exports.add()

    def leaking(*_: object, **__: object) -> dict[str, object]:
        return {"title": "x", "slip": "elli@example.fi"}

    monkeypatch.setattr("core.documents.pages.labels", leaking)
    monkeypatch.setattr("core.documents.forms._ours", lambda name: TITLED + "x")
    with pytest.raises(ForbiddenValueInPayload) as refused:
        exports.plan("labels")
    assert refused.value.data["fields"] == "email"


def test_text_is_text_whatever_it_looks_like(exports: Exports) -> None:
    """Names and letters that look like markup or code are set as they stand; nothing of them is run."""
    exports.add(first_name='#panic("x")', last_name="*A* _b_ $x$ @c <d> \\ `e`")
    exports.change(letters={"odd": Letter(subject='#read("/etc/passwd")', text="= Heading\n\n#eval(1) *x*")})
    for form in ("labels", "letter-odd"):
        assert exports.plan(form).payloads[0].content.startswith(b"%PDF-")


def test_a_template_can_fetch_no_package() -> None:
    """The typesetter's process has no sockets: the kernel refuses, whatever the template asks for."""
    with pytest.raises(CannotTypeset) as refused:
        set_page('#import "@preview/cetz:0.3.1"')
    assert "failed to download package" in str(refused.value)


def test_a_template_can_read_no_file() -> None:
    """All that a template can name is an empty folder."""
    for path in ("/etc/hostname", "../../../../etc/hostname", "/proc/self/environ"):
        with pytest.raises(CannotTypeset):
            set_page(f'#read("{path}")')


WORLD = """
import os, pathlib, socket, subprocess, sys
sys.path.insert(0, {folder!r})
import typst_worker
typst_worker.give_up_the_world()
def tried(what):
    try:
        what()
    except OSError as error:
        return error.errno
    return 0
print(
    tried(lambda: socket.socket()),
    tried(lambda: socket.socket(socket.AF_UNIX)),
    tried(lambda: socket.socketpair()),
    tried(lambda: os.execv("/bin/true", ["true"])),
    tried(lambda: pathlib.Path({target!r}).write_text("x")),
)
"""


def test_the_worker_gives_up_network_programs_and_writing(tmp_path: Path) -> None:
    """After `give_up_the_world`, sockets and programs are refused by the kernel and no byte gets into a file."""
    import subprocess

    folder = Path(integrations.typesetter.__file__).parent
    code = WORLD.format(folder=str(folder), target=str(tmp_path / "out"))
    # A write beyond the limit raises a signal, which Python ignores, and then EFBIG.
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["13", "13", "13", "13", "27"]


def test_a_letter_that_the_fonts_lack_is_named() -> None:
    """A name that cannot be printed is refused while it is a preview, not printed as boxes."""
    with pytest.raises(CannotTypeset) as refused:
        set_page("漢字")
    assert "漢" in str(refused.value)


def test_sami_swedish_and_estonian_names_can_be_printed(exports: Exports) -> None:
    """The letters of Finland's languages and neighbours are all in the fonts that come along."""
    exports.add(first_name="Čuŋŋá Đ Šŧ Žöå", last_name="Õunapuu Łęcki Žižka Жук Ω")
    assert exports.plan("labels").plan.items


def test_a_broken_template_says_what_is_wrong() -> None:
    """Typst's own message reaches whoever wrote the template."""
    with pytest.raises(CannotTypeset) as refused:
        set_page("#nothing-like-it")
    assert "nothing-like-it" in str(refused.value)


def test_an_address_too_large_for_its_label_is_refused(exports: Exports) -> None:
    """Nothing is clipped: the label is named and no sheet is made."""
    exports.add()
    exports.add(street="x" * 90)
    exports.labels(width_mm=50, height_mm=20)
    with pytest.raises(LabelTooSmall) as refused:
        exports.plan("labels")
    assert refused.value.data == {"place": "2"}


def test_a_company_writes_its_own_template(exports: Exports, tmp_path: Path) -> None:
    """Its template gets the same data; one that cannot be read is named with its setting."""
    own = tmp_path / "own.typ"
    own.write_text(
        "#let given = json(bytes(sys.inputs.data))\n#set document(title: given.subject)\n"
        "#set text(lang: given.language)\n"
        "#for letter in given.letters [#letter.name, #letter.lines.join([, ])]"
    )
    exports.add()
    exports.change(letters={"own": Letter(subject="Oma", text="x", template=own)})
    assert exports.plan("letter-own").payloads[0].content.startswith(b"%PDF-")
    own.unlink()
    with pytest.raises(TemplateUnreadable) as refused:
        exports.plan("letter-own")
    assert "letters.own.template" in refused.value.explain("en").advice


def test_a_typesetter_that_does_not_answer_stops_nothing_else(tmp_path: Path) -> None:
    """It is ended after its time; a crash and a machine without seccomp are sentences too."""
    slow, broken, bare = (tmp_path / name for name in ("slow.py", "broken.py", "bare.py"))
    slow.write_text("import time; time.sleep(30)")
    broken.write_text("raise SystemExit(3)")
    bare.write_text("import sys; sys.stderr.write('not_apart: Plan9\\n'); sys.exit(1)")
    for worker in (slow, broken, bare):
        with pytest.raises(TypesetterUnavailable):
            Typst(worker, seconds=0.5 if worker is slow else 20).pdf(Pages("x", {}, DAY))


def test_the_worker_leaves_nothing_behind(
    exports: Exports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its empty folder goes with it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    exports.add()
    exports.plan("labels")
    assert not list(folder.iterdir())
