"""A PDF looked at from outside, with a reader that nobody here wrote: is it tagged as PDF/UA-1 (ISO 14289-1) asks?

No replacement for a validator such as veraPDF: what can be seen in the structure without judging its meaning.
"""

from __future__ import annotations

import io
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterator

# ISO 32000-1, 14.8.4: the standard structure types.
STANDARD: Final = frozenset(
    [
        "Document",
        "Part",
        "Art",
        "Sect",
        "Div",
        "BlockQuote",
        "Caption",
        "TOC",
        "TOCI",
        "Index",
        "NonStruct",
        "Private",
        "P",
        "H",
        "H1",
        "H2",
        "H3",
        "H4",
        "H5",
        "H6",
        "L",
        "LI",
        "Lbl",
        "LBody",
        "Table",
        "TR",
        "TH",
        "TD",
        "THead",
        "TBody",
        "TFoot",
        "Span",
        "Quote",
        "Note",
        "Reference",
        "BibEntry",
        "Code",
        "Link",
        "Annot",
        "Ruby",
        "RB",
        "RT",
        "RP",
        "Warichu",
        "WT",
        "WP",
        "Figure",
        "Formula",
        "Form",
    ]
)
_SHOWS: Final = frozenset(
    {"Tj", "TJ", "'", '"', "Do", "sh", "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "EI"}
)
_PDFUA: Final = "http://www.aiim.org/pdfua/ns/id/"


def problems(content: bytes, *, language: str, title: str) -> list[str]:
    """What PDF/UA-1 asks for and *content* does not have; empty when nothing is missing."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [*_document(pdf, language, title), *_structure(pdf), *_pages(pdf), *_fonts(pdf)]


def structure(content: bytes) -> list[tuple[str, str]]:
    """Each structure element in reading order: its type, and its parent's."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [
            (_type(pdf, element), parent) for element, parent in _elements(pdf, pdf.Root.StructTreeRoot, "")
        ]


def _document(pdf: pikepdf.Pdf, language: str, title: str) -> Iterator[str]:
    root: Any = pdf.Root
    if root.get("/MarkInfo", {}).get("/Marked") is not True:
        yield "MarkInfo: not marked"
    if root.get("/MarkInfo", {}).get("/Suspects", False):
        yield "MarkInfo: suspects"
    if str(root.get("/Lang", "")) != language:
        yield f"Lang: {root.get('/Lang')}"
    if root.get("/ViewerPreferences", {}).get("/DisplayDocTitle") is not True:
        yield "ViewerPreferences: DisplayDocTitle"
    with pdf.open_metadata() as metadata:
        if metadata.get(f"{{{_PDFUA}}}part") != "1":
            yield "XMP: pdfuaid:part"
        if metadata.get("dc:title") != title:
            yield f"XMP: dc:title {metadata.get('dc:title')}"
    if pdf.is_encrypted:
        yield "encrypted"


def _structure(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/StructTreeRoot" not in pdf.Root:
        yield "StructTreeRoot"
        return
    if "/ParentTree" not in pdf.Root.StructTreeRoot:
        yield "ParentTree"
    found = list(_elements(pdf, pdf.Root.StructTreeRoot, ""))
    types = [_type(pdf, element) for element, _ in found]
    yield from (f"structure type {name}" for name in set(types) - STANDARD)
    yield from (f"{name} without text for those who do not see it" for name in _wordless(found, types))
    levels = [int(name[1]) for name in types if re.fullmatch(r"H[1-6]", name)]
    if levels and (levels[0] != 1 or any(after > before + 1 for before, after in pairwise(levels))):
        yield f"headings {levels}"
    for place, (element, parent) in enumerate(found):
        if types[place] in ("TH", "TD") and parent != "TR":
            yield f"{types[place]} in {parent}"
        if types[place] == "LI" and parent != "L":
            yield f"LI in {parent}"
        if types[place] == "TH" and not _has_scope(element):
            yield "TH without Scope"


def _wordless(found: list[tuple[Any, str]], types: list[str]) -> Iterator[str]:
    for (element, _), name in zip(found, types, strict=True):
        if name in ("Figure", "Formula") and not (element.get("/Alt") or element.get("/ActualText")):
            yield name


def _has_scope(element: Any) -> bool:
    attributes = element.get("/A", pikepdf.Array())
    listed = list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]
    return any("/Scope" in one for one in listed if isinstance(one, pikepdf.Dictionary))


def _elements(pdf: pikepdf.Pdf, parent: Any, name: str) -> Iterator[tuple[Any, str]]:
    """Structure elements below *parent*, depth first, each with its parent's type."""
    kids = parent.get("/K", pikepdf.Array())
    for kid in list(kids) if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid, name
            yield from _elements(pdf, kid, _type(pdf, kid))


def _type(pdf: pikepdf.Pdf, element: Any) -> str:
    """The element's standard type, through the role map."""
    roles: Any = pdf.Root.StructTreeRoot.get("/RoleMap", {})
    name = str(element.S)
    for _ in range(len(roles) + 1):
        if name.lstrip("/") in STANDARD or name not in roles:
            break
        name = str(roles[name])
    return name.lstrip("/")


def _pages(pdf: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(pdf.pages, start=1):
        if "/StructParents" not in page.obj:
            yield f"page {number}: StructParents"
        if "/Annots" in page.obj and str(page.obj.get("/Tabs", "")) != "/S":
            yield f"page {number}: Tabs"
        depth = 0
        for step in pikepdf.parse_content_stream(page):
            name = str(step.operator)
            depth += {"BMC": 1, "BDC": 1, "EMC": -1}.get(name, 0)
            if name in _SHOWS and depth < 1:
                yield f"page {number}: {name} outside of tags and artefacts"
            if name == "BMC" and str(step.operands[0]) not in ("/Artifact", "/Span"):
                yield f"page {number}: {step.operands[0]} without a place in the structure"


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    for font in pdf.objects:
        if not isinstance(font, pikepdf.Dictionary) or str(font.get("/Type", "")) != "/Font":
            continue
        if str(font.get("/Subtype", "")) == "/Type0":
            if "/ToUnicode" not in font:
                yield f"font {font.get('/BaseFont')}: its letters have no Unicode"
            described: Any = font.DescendantFonts[0].get("/FontDescriptor", {})
            if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(described.keys()):
                yield f"font {font.get('/BaseFont')}: not embedded"
