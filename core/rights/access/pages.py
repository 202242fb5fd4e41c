"""The package in words, as pages: each row of each table a line of a table, nothing cut at any number.

Rows go to the template as pairs of a lead and a text, so that fifty thousand of them are set in seconds.
"""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from core.customers.types import VALUE_FIELDS
from core.disclosure.purposes import BASIS_NAMES, PURPOSES
from core.disclosure.statement import words as statements
from core.disclosure.statement.words import Kind, moment
from core.documents.pages import spoken
from core.documents.typesetter import Pages
from core.messages import N_, tr
from core.personal_data.inventory import HOLDINGS
from core.personal_data.types import DATA_CLASS_NAMES, DataClass, Through
from core.personal_data.words import TABLE_NAMES
from core.rights.access.rights import authority, rights
from core.rights.access.types import REASON_NAMES
from core.rights.access.values import Said
from core.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.config import Config
    from core.rights.access.types import Kept, Package, Part, Record

    Section = dict[str, Any]

# What the statement tells with recipients, purposes and receipts is not said twice; JSON has the rows as well.
_IN_STATEMENT: Final = frozenset({"transfer_line", "access_event"})
# What a row begins with: the first of these that it has.
_LEADS: Final = (
    *("number", "paper_number", "field", "position", "line"),
    *("recorded_at", "at", "asked_at", "submitted_at", "made_at", "since", "kind"),
)
_BASIC: Final = "customer"
_LINES: Final = "order_line"
# A row inside another does not repeat which one that is.
_LINKS: Final = {it.name: it.link.column for it in HOLDINGS if isinstance(it.link, Through)}


def pages(package: Package, config: Config) -> Pages:
    """What the typesetter makes the document of."""
    return Pages(_template(), data(package, config), package.today)


def data(package: Package, config: Config) -> dict[str, Any]:
    """What the template is given."""
    language, controller = package.language, config.register.controller
    return {
        "language": language,
        "title": tr(N_("Your data in our register"), language),
        "author": controller.name,
        "page": tr(N_("Page {page} of {pages}"), language, page="{page}", pages="{pages}"),
        "columns": [tr(N_("Item"), language), tr(N_("Content"), language)],
        "intro": _intro(package, config),
        "sections": [_safe(section) for section in _Writer(package, config).sections()],
    }


def _template() -> str:
    return files("core.documents").joinpath("templates", "access.typ").read_text(encoding="utf-8")


def _safe(section: Section) -> Section:
    return {
        **section,
        "heading": safe_text(section["heading"]),
        "texts": [safe_text(text) for text in section["texts"]],
        "rows": [[safe_text(lead), safe_text(text)] for lead, text in section["rows"]],
    }


def _section(
    heading: str,
    rows: Iterable[tuple[str, str]] = (),
    *,
    texts: Iterable[str] = (),
    level: int = 2,
    wordy: bool = False,
) -> Section:
    """A part; *wordy* where a row's text is a paragraph rather than a value."""
    return {"heading": heading, "level": level, "texts": list(texts), "rows": list(rows), "wordy": wordy}


def _intro(package: Package, config: Config) -> list[list[str]]:
    language, controller = package.language, config.register.controller
    reach = ", ".join(filter(None, (controller.contact_person, controller.email, controller.phone)))
    pairs = (
        (N_("About"), f"{package.number} {package.name}"),
        (N_("Register"), config.register.name),
        (
            N_("Controller"),
            ", ".join(filter(None, (controller.name, controller.business_id, controller.address))),
        ),
        (N_("Contact"), reach),
        (N_("Case"), str(package.case_number)),
        (N_("Made"), moment(package.made_at, language)),
    )
    return [[tr(label, language), safe_text(text)] for label, text in pairs]


class _Writer:
    def __init__(self, package: Package, config: Config) -> None:
        self._package = package
        self._config = config
        self._language = package.language
        self._said = Said(package.language)

    def _tr(self, msgid: str, **values: object) -> str:
        return tr(msgid, self._language, **values)

    def sections(self) -> Iterator[Section]:
        yield from self._summary()
        shown: DataClass | None = None
        for part in self._package.parts:
            if part.holding.name in _IN_STATEMENT or not part.rows:
                continue
            if part.holding.data_class is not shown:
                shown = part.holding.data_class
                yield _section(_capital(self._tr(DATA_CLASS_NAMES[shown])), level=2)
            yield self._part(part)
        yield from self._statement()
        yield from self._why()
        yield from self._how_long()
        yield from self._kept_back()
        yield from self._rights()

    def _summary(self) -> Iterator[Section]:
        counts = self._package.counts
        rows = (
            (self._name(name), str(count)) for name, count in counts.items() if count and name in TABLE_NAMES
        )
        told = self._tr(
            N_(
                "This is everything that the register holds about you, with nothing left out for its length. So many "
                "rows there are of each kind:"
            )
        )
        yield _section(self._tr(N_("What there is")), rows, texts=[told])

    # --- the tables

    def _part(self, part: Part) -> Section:
        name = part.holding.name
        if name == _BASIC:
            return _section(self._name(name), self._basic(part.rows[0]), level=3)
        heading = self._tr(N_("{name}: {count}"), name=self._name(name), count=len(part.rows))
        return _section(heading, (self._row(name, record) for record in part.rows), level=3, wordy=True)

    def _basic(self, record: Record) -> Iterator[tuple[str, str]]:
        """Each field of the customer with its source."""
        for column, value in record.items():
            if value is None and column in VALUE_FIELDS:
                continue
            said = self._said.value(_BASIC, column, value) or "–"
            source = self._package.sources.get(column)
            yield self._said.label(_BASIC, column), f"{said} ({self._source(source)})" if source else said

    def _source(self, source: Any) -> str:
        kind = self._said.value("customer_change", "source_kind", source["source_kind"])
        return ", ".join(
            filter(None, (kind, source["source_detail"], moment(source["recorded_at"], self._language)))
        )

    def _row(self, table: str, record: Record) -> tuple[str, str]:
        lead = next((column for column in _LEADS if record.get(column) is not None), None)
        said = "" if lead is None else self._said.value(table, lead, record[lead])
        return said, self._text(table, record, without=lead)

    def _text(
        self, table: str, record: Record, *, without: str | None = None, now: Record | None = None
    ) -> str:
        """``Label: value · Label: value`` and the rows inside after it; *now* is the row that this one stands inside."""
        own: list[str] = []
        inside: list[str] = []
        for column, value in record.items():
            if column == without or value is None:
                continue
            if column in TABLE_NAMES:
                # The rows of an order before what became of it.
                place = 0 if column == _LINES else len(inside)
                inside.insert(place, f"{self._name(column)}: {self._inside(column, value, record)}")
            elif now is not None and column == "changes":
                own.append(self._said.changes(table, value, now))
            elif said := self._said.value(table, column, value):
                own.append(f"{self._said.label(table, column)}: {said}")
        return " · ".join((*own, *inside))

    def _inside(self, table: str, rows: Iterable[Record], record: Record) -> str:
        if table == _LINES:
            return "; ".join(map(self._said.line, rows))
        now = {**record, "lines": record.get(_LINES)}
        return "; ".join(f"({self._text(table, it, without=_LINKS.get(table), now=now)})" for it in rows)

    def _name(self, table: str) -> str:
        return _capital(self._said.word(TABLE_NAMES[table]))

    # --- to whom, why, how long

    def _statement(self) -> Iterator[Section]:
        """The statement's rows, those of one event in one line."""
        section: Section | None = None
        for row in statements.rows(self._package.statement, self._language):
            if row.kind is Kind.HEADING:
                if section is not None:
                    yield section
                section = _section(row.text, wordy=True)
            elif section is None:
                continue
            elif row.kind is Kind.ENTRY:
                section["rows"].append(list(_parted(row.text)))
            elif row.kind is Kind.PAIR:
                _join(section["rows"], row.label, row.text)
            else:
                section["texts"].append(row.text)
        if section is not None:
            yield section

    def _why(self) -> Iterator[Section]:
        rows = (
            (_capital(self._tr(it.name)), ", ".join(self._tr(BASIS_NAMES[basis]) for basis in it.bases))
            for it in PURPOSES.values()
        )
        texts = [
            self._tr(N_("Nothing is decided about you by a program alone, and no profile is made of you."))
        ]
        yield _section(self._tr(N_("What the data is used for, and on which legal basis")), rows, texts=texts)

    def _how_long(self) -> Iterator[Section]:
        rows = (
            (_capital(self._tr(DATA_CLASS_NAMES[DataClass(it.data_class)])), self._kept(it))
            for it in self._package.kept
        )
        yield _section(self._tr(N_("How long the data is kept")), rows)
        holds: Counter[tuple[str, str]] = Counter()
        for hold in self._package.holds:
            sentence = hold.words(self._language).replace(f" ({hold.key})", "", 1)
            day = "" if hold.until is None else spoken(hold.until, self._language)
            holds[day, sentence] += 1
        if holds:
            held = ((day or "–", f"{sentence} ({count})") for (day, sentence), count in sorted(holds.items()))
            texts = [
                self._tr(N_("Until the day, where there is one, this prevents that your data is erased:"))
            ]
            yield _section(self._tr(N_("What must be kept at present")), held, texts=texts)

    def _kept(self, one: Kept) -> str:
        if one.can_go_on is None:
            return one.rule
        day = spoken(one.can_go_on, self._language)
        return self._tr(N_("{rule}. Yours can go on {day}."), rule=one.rule, day=day)

    def _kept_back(self) -> Iterator[Section]:
        rows = (
            (
                f"{self._name(it.table)}: {self._said.label(it.table, it.column)}",
                f"{self._tr(REASON_NAMES[it.reason])} ({it.count})",
            )
            for it in self._package.withheld
        )
        text = N_(
            "What is others' is not shown (Article 15(4)). So often something stands otherwise than in the register:"
        )
        yield _section(self._tr(N_("What is not shown, and why")), rows, texts=[self._tr(text)])
        if self._package.attachments:
            names = ((it.name, f"{len(it.content)} B") for it in self._package.attachments)
            yield _section(self._tr(N_("Attachments that come along")), names)

    def _rights(self) -> Iterator[Section]:
        found = authority(self._config, self._language)
        reach = ", ".join(found[name] for name in ("name", "postal_address", "phone", "email", "www"))
        texts = [
            self._tr(N_("You may:")),
            *(f"– {one}" for one in rights(self._language)),
            self._tr(
                N_(
                    "You may complain to the supervisory authority: {reach}. You may also go to court: {court}."
                ),
                reach=reach,
                court=found["court"],
            ),
        ]
        yield _section(self._tr(N_("Your rights")), texts=texts)


def _parted(text: str) -> tuple[str, str]:
    """An event's moment and what it is; the statement has two spaces between them."""
    at, _, what = text.partition("  ")
    return at, what


def _join(rows: list[list[str]], label: str, text: str) -> None:
    """A pair belongs to the event before it; a look, or a pair before any event, is a row of its own."""
    if rows and label and not label[:1].isdigit():
        rows[-1][1] += f" · {label.strip()}: {text}"
    else:
        rows.append([label, text])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
