"""What can be wrong with a table in a file."""

from __future__ import annotations

from core.errors import ConfigError, Explanation, InvalidInput, Where
from core.messages import N_, tr


class FileRefused(InvalidInput):
    """The whole file cannot be read as the table it should be; nothing was done with it."""

    code = "tabular.file"


class NoSuchFile(FileRefused):
    """There is nothing at the path."""

    code = "tabular.no_such_file"
    sentence = N_("There is no such file.")
    advice = N_("Check the path and the spelling.")


class NotAFile(FileRefused):
    """The path leads to a directory, a device or a pipe."""

    code = "tabular.not_a_file"
    sentence = N_("This is a directory or a device, not a file.")
    advice = N_("Name the file itself.")


class Unreadable(FileRefused):
    """The operating system does not let us read it."""

    code = "tabular.unreadable"
    sentence = N_("The file could not be read: {reason}.")
    advice = N_("Check that you may read it and that its disk is well.")


class EmptyFile(FileRefused):
    """Not a single row."""

    code = "tabular.empty"
    sentence = N_("The file is empty.")
    advice = N_("Ask for the file again; it should at least have a row of headings.")


class NotText(FileRefused):
    """A spreadsheet, an archive, a picture: not text."""

    code = "tabular.not_text"
    sentence = N_("This is not a text file; it looks like {kind}.")
    advice = N_("Save the table as CSV and read that file.")

    def __init__(self, *, where: Where, kind: str) -> None:
        super().__init__(where=where)
        self.kind = kind

    def explain(self, language: str) -> Explanation:
        """The error in *language*; what the file looks like is a message of its own."""
        self.data["kind"] = tr(self.kind, language)
        return super().explain(language)


class WrongEncoding(FileRefused):
    """The bytes contradict the encoding that the configuration names."""

    code = "tabular.wrong_encoding"
    sentence = N_("The file is not in the encoding {wanted}; it reads as {found}.")
    advice = N_("Set encoding to {found} in the mapping in config.toml, or save the file anew as {wanted}.")


class MissingColumns(FileRefused):
    """Headings that the mapping names are not in the file."""

    code = "tabular.missing_columns"
    sentence = N_("The file lacks these columns: {missing}. It has: {found}.")
    advice = N_("Correct the headings in the file, or the columns of the mapping in config.toml.")


class TwiceNamedColumn(FileRefused):
    """A heading that the mapping needs stands twice."""

    code = "tabular.twice_named_column"
    sentence = N_("The column {column} is in the file more than once, so it is not clear which one is meant.")
    advice = N_("Rename or remove one of them in the file.")


class BadHeadings(FileRefused):
    """The first row cannot be read."""

    code = "tabular.bad_headings"
    sentence = N_("The first row cannot be read as headings.")
    advice = N_("Correct the first row; check the quotation marks and the separator.")


class TooManyColumns(FileRefused):
    """More different columns than any table has."""

    code = "tabular.too_many_columns"
    sentence = N_("The file has more than {limit} different columns.")
    advice = N_("Ask for a file whose rows all have the same columns.")


class WrongFormat(FileRefused):
    """Something packed that is no workbook, or a mapping that names a workbook where there is none."""

    code = "tabular.wrong_format"
    sentence = N_("This is not a workbook (XLSX).")
    advice = N_(
        "Save the table as XLSX or CSV; if the file is right as it is, correct format in the mapping in config.toml."
    )


class BrokenWorkbook(FileRefused):
    """A workbook that is damaged, or made to do harm."""

    code = "tabular.broken_workbook"
    sentence = N_("The workbook cannot be read: {reason}.")
    advice = N_("Ask for the file again, or open it, save the table as CSV and read that file.")


class NoSuchSheet(FileRefused):
    """The workbook lacks the mapping's sheet."""

    code = "tabular.no_such_sheet"
    sentence = N_("The workbook has no sheet called {sheet}. It has: {found}.")
    advice = N_("Correct sheet in the mapping in config.toml, or ask for the right file.")


class BadLayout(ConfigError):
    """Fixed places that cannot be."""

    code = "tabular.bad_layout"
    sentence = N_("The places of a fixed layout cannot be so; look at {column}.")
    advice = N_("Give each column [first, last] in answer.fixed, from 1, none over another.")


class UnknownEncoding(ConfigError):
    """The mapping names an encoding that nobody knows."""

    code = "tabular.unknown_encoding"
    sentence = N_("There is no encoding called {name}.")
    advice = N_("Use utf-8, iso-8859-1, iso-8859-15 or windows-1252.")


class BadDelimiter(ConfigError):
    """The mapping's separator is not one character."""

    code = "tabular.bad_delimiter"
    sentence = N_("The separator {name} is not a single character.")
    advice = N_('Use ";", ",", "|" or "\\t".')


class RowRefused(InvalidInput):
    """One row is broken by itself; the others still count."""

    code = "tabular.row"


class UnclosedQuote(RowRefused):
    """A quotation mark opens and never closes (or closes where it cannot)."""

    code = "tabular.unclosed_quote"
    sentence = N_("A quotation mark in the row opens without closing, or closes in the middle of a cell.")
    advice = N_('Write a quotation mark inside a cell twice ("") and put the whole cell in quotation marks.')


class TooFewCells(RowRefused):
    """Fewer cells than headings."""

    code = "tabular.too_few_cells"
    sentence = N_("The row has {cells} cells, the headings are {columns}: it was cut off.")
    advice = N_("Complete the row.")


class TooManyCells(RowRefused):
    """More cells than headings."""

    code = "tabular.too_many_cells"
    sentence = N_("The row has {cells} cells, the headings are {columns}.")
    advice = N_("Put a cell that holds the separator in quotation marks.")


class TooLong(RowRefused):
    """A cell or a row beyond every sensible length."""

    code = "tabular.too_long"
    sentence = N_("The row or one of its cells is longer than {limit} characters.")
    advice = N_("Shorten it, or check that quotation marks are in pairs.")


class ControlCharacter(RowRefused):
    """A character that commands a machine instead of being read."""

    code = "tabular.control_character"
    sentence = N_("The cell holds a control character ({character}).")
    advice = N_("Remove it; if many rows have one, the file's encoding is another than {encoding}.")


class BrokenCharacter(RowRefused):
    """Bytes that are no character in the file's encoding, or that an earlier conversion destroyed."""

    code = "tabular.broken_character"
    sentence = N_("The cell holds a byte that is no character in {encoding}, or a character lost earlier.")
    advice = N_("Write the value anew.")


class ShortLine(RowRefused):
    """A line of fixed places that ends too early."""

    code = "tabular.short_line"
    sentence = N_("The line has {length} characters, its last column begins at {needed}: it was cut off.")
    advice = N_(
        "Complete the line; if the service leaves out blank ends, set short_lines = true in the mapping."
    )


class LongLine(RowRefused):
    """A line of fixed places that goes on after them."""

    code = "tabular.long_line"
    sentence = N_("The line has {length} characters, its last column ends at {end}.")
    advice = N_("Check whether something was put in between; else correct the places in the mapping.")


class BadJson(RowRefused):
    """A line that is no JSON object."""

    code = "tabular.bad_json"
    sentence = N_("The line is not a JSON object.")
    advice = N_("Write one object in curly brackets on each line.")


class NestedJson(RowRefused):
    """A value that is itself an object or a list."""

    code = "tabular.nested_json"
    sentence = N_("The field holds a list or an object, not a value.")
    advice = N_("Ask for a file with one value in each field.")


class TwiceNamedField(RowRefused):
    """An object with the same key twice."""

    code = "tabular.twice_named_field"
    sentence = N_("The line names a field twice, so it is not clear which one is meant.")
    advice = N_("Remove one of them.")


class FormulaCell(RowRefused):
    """A cell that is computed."""

    code = "tabular.formula_cell"
    sentence = N_("The cell holds a formula; what it came to when the file was saved may not be so any more.")
    advice = N_("Replace the formula by its value.")


class BadCell(RowRefused):
    """A cell that holds an error, or that cannot be what it says it is."""

    code = "tabular.bad_cell"
    sentence = N_("The cell holds an error of the spreadsheet, or cannot be read.")
    advice = N_("Write the value anew.")


class LostDigits(RowRefused):
    """A number so long that a spreadsheet has rounded it."""

    code = "tabular.lost_digits"
    sentence = N_("The number has more than 15 digits; the spreadsheet has lost the last ones.")
    advice = N_("Write it anew as text.")
