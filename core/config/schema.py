"""The settings: what each is called, means and may be.

`config.example.toml` and `rekisteri config init` are written from these structs, so a description here is the
documentation.  Unknown keys, wrong types and missing values are refused by `core.config.reading`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from core.config.secret import Secret
from core.messages import N_

ONE_CHARACTER = N_("one character")
BUSINESS_ID = N_("a business id such as 1234567-8")
COUNTRY = N_("a country as two capital letters, such as FI")
POSITIVE = N_("a whole number from 1 up")
NOT_NEGATIVE = N_("a whole number from 0 up")
AN_HOUR = N_("an hour from 0 to 24")
MILLIMETRES = N_("millimetres such as 37.5")
NAME_IN_LOG = N_("a name such as example.fi/customers, without spaces or +")

Days = Annotated[int, Meta(ge=0, extra={"expected": NOT_NEGATIVE})]
Count = Annotated[int, Meta(ge=1, extra={"expected": POSITIVE})]
Hour = Annotated[int, Meta(ge=0, le=24, extra={"expected": AN_HOUR})]
Character = Annotated[str, Meta(min_length=1, max_length=1, extra={"expected": ONE_CHARACTER})]
BusinessId = Annotated[str, Meta(pattern=r"^[0-9]{7}-[0-9]$", extra={"expected": BUSINESS_ID})]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", extra={"expected": COUNTRY})]
Line = Annotated[str, Meta(min_length=1, extra={"expected": N_("text that is not empty")})]
Extent = Annotated[float, Meta(gt=0, le=2000, extra={"expected": MILLIMETRES})]
Distance = Annotated[float, Meta(ge=0, le=2000, extra={"expected": MILLIMETRES})]
Origin = Annotated[str, Meta(pattern=r"^[^\s+]+$", extra={"expected": NAME_IN_LOG})]

Language = Literal["fi", "en"]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the configuration."""


class Controller(Settings, frozen=True, kw_only=True):
    """The controller: who answers for the register (GDPR 4(7))."""

    name: Annotated[
        Line, Meta(description="The company or person who keeps the register.", examples=["Esimerkki Oy"])
    ]
    business_id: Annotated[
        BusinessId | None, Meta(description="Its business id.", examples=["1234567-1"])
    ] = None
    address: Annotated[
        Line,
        Meta(description="Its postal address, on one line.", examples=["Esimerkkikatu 1, 00100 Helsinki"]),
    ]
    contact_person: Annotated[
        Line, Meta(description="Who answers questions about the register.", examples=["Maija Meikäläinen"])
    ]
    email: Annotated[Line, Meta(description="Where to write to.", examples=["rekisteri@example.fi"])]
    phone: Annotated[str | None, Meta(description="Where to call.", examples=["+358 9 123 4567"])] = None


class RegisterSettings(Settings, frozen=True, kw_only=True):
    """The register itself."""

    name: Annotated[
        Line,
        Meta(
            description="What the register is called in notices and on screen.", examples=["Asiakasrekisteri"]
        ),
    ]
    language: Annotated[
        Language, Meta(description="Language of the interface until a person chooses: fi or en.")
    ] = "fi"
    controller: Controller


class DatabaseSettings(Settings, frozen=True, kw_only=True):
    """Where customers, orders and the log are kept."""

    url: Annotated[
        Line,
        Meta(
            description="SQLite: sqlite:///register.db (a path from this file). PostgreSQL: "
            "postgresql+psycopg://user@host/name, without the password."
        ),
    ] = "sqlite:///register.db"
    password: Annotated[
        Secret | None, Meta(description="The database user's password.", examples=["file:database.password"])
    ] = None

    def file(self) -> Path | None:
        """The SQLite file; None for a server."""
        path = self.url.removeprefix("sqlite:///")
        return Path(path) if path != self.url else None

    def address(self) -> str:
        """The address with its password, for the driver alone.

        Raises:
            SecretMissing, SecretExposed: the password cannot be read.
        """
        if self.password is None:
            return self.url
        from sqlalchemy import make_url

        return make_url(self.url).set(password=self.password.reveal()).render_as_string(hide_password=False)


class KeySettings(Settings, frozen=True, kw_only=True):
    """Key files: mode 0600, ours, backed up apart from the database (docs/operating.md, Keys)."""

    master_key_file: Annotated[
        Path,
        Meta(description="Opens every sealed value. credential:NAME reads a systemd credential."),
    ] = Path("master.key")
    log_key_file: Annotated[Path, Meta(description="Signs the disclosure log. credential:NAME as above.")] = (
        Path("log.key")
    )


class LogSettings(Settings, frozen=True, kw_only=True):
    """The disclosure log."""

    origin: Annotated[
        Origin,
        Meta(
            description="The log's name in its signed checkpoints; it never changes afterwards.",
            examples=["example.fi/asiakasrekisteri"],
        ),
    ]
    high_water_file: Annotated[
        Path,
        Meta(
            description="Remembers the log's size outside the database: a log that went back in time is refused."
        ),
    ] = Path("log.high-water")
    mirror_directory: Annotated[
        Path | None,
        Meta(
            description="A copy of the signed log, kept up to date at each signing; on another disk if possible.",
            examples=["/mnt/other-disk/log-mirror"],
        ),
    ] = None
    mirror_required: Annotated[
        bool, Meta(description="Whether nothing leaves while the mirror cannot be written.")
    ] = False
    anchor_days: Annotated[
        Count, Meta(description="Days after which a checkpoint must have been given to somebody outside.")
    ] = 1
    anchor_mail_directory: Annotated[
        Path | None,
        Meta(
            description="Where run-due puts an e-mail with the checkpoint, for your mail system to send.",
            examples=["/var/spool/rekisteri/outgoing"],
        ),
    ] = None
    anchor_mail_to: Annotated[
        tuple[str, ...],
        Meta(
            description="Outside parties who keep the checkpoints; two at least.",
            examples=[["tietosuoja@example.com", "tilintarkastaja@example.org"]],
        ),
    ] = ()
    anchor_directory: Annotated[
        Path | None,
        Meta(
            description="A folder of somebody else's where run-due puts each checkpoint.",
            examples=["/mnt/auditor/checkpoints"],
        ),
    ] = None

    def fault_file(self) -> Path:
        """What keeps the log closed after a fault, beside the high-water mark."""
        return self.high_water_file.with_name(f"{self.high_water_file.name}.fault")


class StaffSettings(Settings, frozen=True, kw_only=True):
    """Sessions of the staff."""

    session_idle_minutes: Annotated[
        Count, Meta(description="Minutes without a key press until the screen locks.")
    ] = 10
    session_hours: Annotated[
        Count, Meta(description="Hours until a session ends and a new sign-in is needed.")
    ] = 12


class OrderSettings(Settings, frozen=True, kw_only=True):
    """Orders and invoices."""

    first_number: Annotated[Count, Meta(description="Number of the first order.")] = 1001
    first_invoice_number: Annotated[Count, Meta(description="Number of the first invoice.")] = 10001
    payment_term_days: Annotated[Days, Meta(description="Days from order to due date.")] = 14
    vat_percent: Annotated[Decimal, Meta(description="Usual value added tax, in percent.")] = Decimal("25.5")


class FileSettings(Settings, frozen=True, kw_only=True):
    """Folders for files that come and go."""

    quarantine_directory: Annotated[
        Path, Meta(description="Rows that could not be loaded, each with its reason.")
    ] = Path("quarantine")
    exchange_directory: Annotated[Path, Meta(description="Files exchanged with recipients.")] = Path(
        "exchange"
    )
    export_directory: Annotated[
        Path, Meta(description="Exports, labels, lists and letters; the one folder they are written to.")
    ] = Path("exports")
    export_days: Annotated[
        Days, Meta(description="Days that a file stays there; rekisteri run-due removes it then.")
    ] = 14


class LabelSheet(Settings, frozen=True, kw_only=True):
    """A sheet of address labels: A4 with 3 x 8 labels of 70 x 37 mm unless said otherwise."""

    page_width_mm: Annotated[Extent, Meta(description="Width of the sheet.")] = 210.0
    page_height_mm: Annotated[Extent, Meta(description="Height of the sheet.")] = 297.0
    columns: Annotated[Count, Meta(description="Labels side by side.")] = 3
    rows: Annotated[Count, Meta(description="Labels from top to bottom.")] = 8
    width_mm: Annotated[Extent, Meta(description="Width of a label.")] = 70.0
    height_mm: Annotated[Extent, Meta(description="Height of a label.")] = 37.0
    left_mm: Annotated[Distance, Meta(description="From the sheet's left edge to the labels.")] = 0.0
    top_mm: Annotated[Distance, Meta(description="From the sheet's top edge to the labels.")] = 0.5
    gap_x_mm: Annotated[Distance, Meta(description="Between labels side by side.")] = 0.0
    gap_y_mm: Annotated[Distance, Meta(description="Between labels above each other.")] = 0.0
    inset_mm: Annotated[Distance, Meta(description="From a label's edge to its text.")] = 5.0


class Letter(Settings, frozen=True, kw_only=True):
    """A letter that can be written to a selection of customers: rekisteri export letters NAME."""

    subject: Annotated[Line, Meta(description="Its heading.", examples=["Tervetuloa asiakkaaksi"])]
    text: Annotated[
        Line,
        Meta(
            description="Its text; an empty line begins a new paragraph. It is text, not markup.",
            examples=["Hyvä asiakas\n\nKiitos luottamuksestanne. Autamme mielellämme."],
        ),
    ]
    signature: Annotated[
        str | None, Meta(description="Who signs, below the text.", examples=["Maija Meikäläinen"])
    ] = None
    language: Annotated[Language, Meta(description="Language of the letter: fi or en.")] = "fi"
    template: Annotated[
        Path | None,
        Meta(
            description="A Typst template of your own (docs/exits.md, Letters); ours when left out.",
            examples=["letters/own.typ"],
        ),
    ] = None


class CreditSettings(Settings, frozen=True, kw_only=True):
    """Credit checks."""

    answer_days: Annotated[
        Days, Meta(description="Days that the answer of a credit check is kept, sealed.")
    ] = 30


class GateSettings(Settings, frozen=True, kw_only=True):
    """When a second person must approve a transfer before it leaves (docs/review.md)."""

    approval_persons: Annotated[
        Days,
        Meta(description="A transfer of more persons than this waits for a second person; 0: none does."),
    ] = 1000
    approval_first_use: Annotated[
        bool,
        Meta(
            description="Whether the first transfer under a recipient's record, new or changed, waits for one. "
            "Where one person works alone nobody else can approve: then false."
        ),
    ] = True
    approval_days: Annotated[Count, Meta(description="Days after which an approval not used is void.")] = 7


class ReviewSettings(Settings, frozen=True, kw_only=True):
    """What the rules of the review mark.  They mark transfers and looks; they never score people."""

    days: Annotated[Count, Meta(description="Days after which the next review is due.")] = 7
    sample_size: Annotated[Count, Meta(description="Transfers in a random sample.")] = 10
    unusual_persons: Annotated[Count, Meta(description="A transfer of more persons than this is marked.")] = (
        500
    )
    unusual_times: Annotated[
        Count,
        Meta(description="A recipient's week of so many times its median week (of eight before) is marked."),
    ] = 3
    unusual_week_persons: Annotated[
        Count, Meta(description="A week of fewer persons than this is never marked.")
    ] = 20
    hours_from: Annotated[Hour, Meta(description="Hour from which work is usual, in Finnish time.")] = 6
    hours_to: Annotated[Hour, Meta(description="Hour until which work is usual.")] = 20
    weekends: Annotated[bool, Meta(description="Whether work on Saturdays and Sundays is usual.")] = False
    own_record: Annotated[bool, Meta(description="Whether looking at one's own record is marked.")] = True
    same_family_name: Annotated[
        bool, Meta(description="Whether looking at a customer of one's own family name is marked.")
    ] = True
    no_task: Annotated[
        bool, Meta(description="Whether opening a card with which nothing was being done is marked.")
    ] = True
    task_days: Annotated[
        Count,
        Meta(description="An order, a change or a transfer this many days before or after is a task."),
    ] = 14
    openings_a_day: Annotated[
        Count, Meta(description="More cards than this opened by one person in a day are marked.")
    ] = 100


class Recipient(Settings, frozen=True, kw_only=True):
    """A registered party to whom data may go: nobody else can be sent to.

    A change here becomes a new version of the recipient's record, with who and when.
    """

    name: Annotated[Line, Meta(description="Who it is.", examples=["Tilitoimisto Esimerkki Oy"])]
    business_id: Annotated[
        BusinessId | None, Meta(description="Its business id.", examples=["7654321-3"])
    ] = None
    role: Annotated[
        Literal["processor", "controller", "staff"],
        Meta(
            description="processor: acts for us under our instructions. controller: decides for itself. "
            "staff: our own, for use in the house.",
            examples=["processor"],
        ),
    ]
    country: Annotated[Country, Meta(description="Where the data goes: two letters.", examples=["FI"])] = "FI"
    agreement: Annotated[
        Line, Meta(description="The agreement that allows it: its name or number.", examples=["DPA 2026-04"])
    ]
    agreement_from: Annotated[
        date, Meta(description="First day of the agreement.", examples=[date(2026, 1, 1)])
    ]
    agreement_to: Annotated[
        date | None, Meta(description="Last day, if it ends.", examples=[date(2028, 12, 31)])
    ] = None
    purposes: Annotated[
        tuple[str, ...],
        Meta(description="Purposes of the privacy notice that it serves.", examples=[["invoicing"]]),
    ]
    categories: Annotated[
        tuple[str, ...],
        Meta(
            description="Data categories that the agreement covers; nothing else is even read.",
            examples=[["customer_number", "name", "organisation", "contact", "postal_address", "orders"]],
        ),
    ]
    adapter: Annotated[
        Line,
        Meta(
            description="The adapter that sends: see rekisteri partner list; files: gets exports, labels and letters.",
            examples=["netvisor"],
        ),
    ]
    necessity: Annotated[
        str | None,
        Meta(
            description="Outside the EU/EEA only: why the transfer is necessary.",
            examples=["The only carrier to the customer's country"],
        ),
    ] = None
    safeguard: Annotated[
        str | None,
        Meta(
            description="Outside the EU/EEA only: what protects the data (GDPR 46).",
            examples=["Standard contractual clauses 2021/914, module 2"],
        ),
    ] = None


class Partner(Settings, frozen=True, kw_only=True):
    """How a partner's service is reached; the table's name is the adapter's."""

    environment: Annotated[
        Literal["sandbox", "test", "production"],
        Meta(description="Which of the partner's services is meant."),
    ] = "sandbox"
    base_url: Annotated[
        str | None,
        Meta(
            description="Address of the service, when it is not the manifest's.",
            examples=["http://127.0.0.1:8401"],
        ),
    ] = None
    base_urls: Annotated[
        dict[str, str],
        Meta(
            description="Addresses by endpoint, for a partner that has several.",
            examples=[{"api": "http://127.0.0.1:8401"}],
        ),
    ] = field(default_factory=dict)
    settings: Annotated[
        dict[str, Any],
        Meta(
            description="The adapter's own settings: see its README.",
            examples=[{"organisation_id": "1234567-1", "product_identifier": "1"}],
        ),
    ] = field(default_factory=dict)
    secrets: Annotated[
        dict[str, Secret],
        Meta(
            description="Where its secrets are: file:PATH (mode 0600), env:NAME or credential:NAME.",
            examples=[
                {
                    "customer_id": "file:netvisor.customer-id",
                    "customer_key": "file:netvisor.customer-key",
                    "partner_id": "file:netvisor.partner-id",
                    "partner_key": "file:netvisor.partner-key",
                }
            ],
        ),
    ] = field(default_factory=dict)


class LoadMapping(Settings, frozen=True, kw_only=True):
    """How a CSV file of customers is read."""

    encoding: Annotated[
        str | None,
        Meta(description="For example utf-8 or windows-1252; recognised when left out.", examples=["utf-8"]),
    ] = None
    delimiter: Annotated[
        Character | None, Meta(description="Between columns; recognised when left out.", examples=[";"])
    ] = None
    columns: Annotated[
        dict[str, str],
        Meta(
            description="Field of the register to header of the file. Columns not named here are not read.",
            examples=[{"number": "Asiakasnro", "last_name": "Sukunimi", "first_name": "Etunimi"}],
        ),
    ]
    constants: Annotated[
        dict[str, str],
        Meta(description="Fields that get the same value on each row.", examples=[{"country": "FI"}]),
    ] = field(default_factory=dict)


class UpdateAnswer(Settings, frozen=True, kw_only=True):
    """The file that comes back."""

    encoding: Annotated[
        str | None, Meta(description="Encoding; recognised when left out.", examples=["utf-8"])
    ] = None
    delimiter: Annotated[
        Character | None, Meta(description="Between columns; recognised when left out.", examples=[";"])
    ] = None
    key: Annotated[
        Line, Meta(description="Header of the column with the customer number.", examples=["Tunniste"])
    ]
    columns: Annotated[
        dict[str, str],
        Meta(
            description="Field of the register to header of the file.",
            examples=[
                {"street": "Uusi osoite", "postcode": "Uusi postinumero", "town": "Uusi postitoimipaikka"}
            ],
        ),
    ]
    code_column: Annotated[
        str | None, Meta(description="Header of the column that says what happened.", examples=["Tulos"])
    ] = None
    codes: Annotated[
        dict[str, str],
        Meta(
            description="What each code means to us; a code not named here sends its row to quarantine.",
            examples=[
                {
                    "1": "moved",
                    "0": "no_hit",
                    "K": "update_forbidden",
                    "T": "protected_address",
                    "X": "deceased",
                }
            ],
        ),
    ] = field(default_factory=dict)


class UpdateService(Settings, frozen=True, kw_only=True):
    """An address update service: who it is, and how its answer is read (what goes out: partners.address_file.settings)."""

    recipient: Annotated[
        Line, Meta(description="The recipient's table in [recipients].", examples=["addresses"])
    ]
    purpose: Annotated[str, Meta(description="Purpose of the privacy notice.")] = "address_update"
    answer: UpdateAnswer


class Config(Settings, frozen=True, kw_only=True):
    """One register's settings."""

    register: RegisterSettings
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    keys: KeySettings = field(default_factory=KeySettings)
    log: LogSettings
    staff: StaffSettings = field(default_factory=StaffSettings)
    orders: OrderSettings = field(default_factory=OrderSettings)
    files: FileSettings = field(default_factory=FileSettings)
    credit: CreditSettings = field(default_factory=CreditSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    recipients: dict[str, Recipient] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    labels: LabelSheet = field(default_factory=LabelSheet)
    letters: dict[str, Letter] = field(default_factory=dict)
    loads: dict[str, LoadMapping] = field(default_factory=dict)
    updates: dict[str, UpdateService] = field(default_factory=dict)
