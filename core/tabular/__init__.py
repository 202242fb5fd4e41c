"""Tables in files: one careful reader and one careful writer for everything that comes in or goes out as a table.

It comes in between separators, by place, as a workbook or as JSON Lines, and always as lines and cells.

A file that can't be read as the table it should be is refused as a whole, before anything was done with it
(`FileRefused`); a row that is broken by itself comes out as `Malformed` among the good ones, so that the rest of
the file still counts and the broken row can go to a quarantine file. Memory is bounded whatever the file holds.

The writer follows RFC 4180 and OWASP ASVS 5.0, 1.2.10: a cell that a spreadsheet would take for a formula gets an
apostrophe in front, and the reader takes one off again, so that a file survives the round trip.
"""

from __future__ import annotations

from core.tabular.errors import FileRefused, RowRefused
from core.tabular.form import ANY_SHAPE, FileFormat, Form, Shape
from core.tabular.formulas import defuse, restore
from core.tabular.probe import heading_key, probe
from core.tabular.reader import Fingerprint, Table, fingerprint, open_table
from core.tabular.rows import Malformed, Row
from core.tabular.writer import CannotWrite, TableFile, table_text

__all__ = [
    "ANY_SHAPE",
    "CannotWrite",
    "FileFormat",
    "FileRefused",
    "Fingerprint",
    "Form",
    "Malformed",
    "Row",
    "RowRefused",
    "Shape",
    "Table",
    "TableFile",
    "defuse",
    "fingerprint",
    "heading_key",
    "open_table",
    "probe",
    "restore",
    "table_text",
]
