"""How `rekisteri customer` shows a customer: as data for programs, as lines for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.customers import bans, history, restrictions
from core.customers.aliases import former_numbers
from core.customers.fields import national_phone
from core.customers.invoices import invoices_of
from core.customers.orders import orders_of
from core.customers.types import ADDRESS_FIELDS, SEALED_FIELDS, VALUE_FIELDS
from core.customers.words import BAN_NAMES, FIELD_NAMES, RESTRICTION_NAMES, SOURCE_NAMES, STATUS_NAMES
from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.customers.types import Customer, CustomerRow
    from core.database import UnitOfWork
    from tui.cli.main import Cli


def described(customer: Customer) -> dict[str, Any]:
    """What a change tells of a customer, as data."""
    return {
        "id": customer.id,
        "number": customer.number,
        "version": customer.version,
        "status": str(customer.status),
        "protected_address": customer.protected_address,
    }


def row(found: CustomerRow) -> dict[str, Any]:
    """A line of a list, as data."""
    return {**asdict(found), "flags": sorted(found.flags)}


def line(cli: Cli, row: CustomerRow) -> str:
    """A line of a list, for people."""
    names = {**STATUS_NAMES, "protected_address": N_("protected address"), "restricted": N_("restricted")}
    flags = ", ".join(cli.tr(names[flag]) for flag in sorted(row.flags))
    address = ", ".join(
        part for part in (row.street, " ".join(filter(None, (row.postcode, row.town)))) if part
    )
    return "  ".join(filter(None, (row.number, row.display_name, address, f"[{flags}]" if flags else "")))


def whole(uow: UnitOfWork, customer: Customer, shown: dict[str, str | None]) -> dict[str, Any]:
    """Everything known of a customer, each value with its source; *shown* are the sealed fields as they are shown.

    Of a protected address nothing is told but that there is one.
    """
    known = history.provenance(uow.connection, customer.id)
    values: dict[str, object] = {**customer.values.as_dict(), **shown}
    hidden = ADDRESS_FIELDS if customer.protected_address else ()
    return {
        "id": customer.id,
        "number": customer.number,
        "former_numbers": former_numbers(uow.connection, [customer.id]).get(customer.id, []),
        "name": customer.display_name,
        "version": customer.version,
        "status": str(customer.status),
        "started_on": customer.started_on.isoformat(),
        "ended_on": None if customer.ended_on is None else customer.ended_on.isoformat(),
        "protected_address": customer.protected_address,
        "values": {
            field: {
                "value": None if field in hidden else values[field],
                "source": str(known[field].source.kind),
                "detail": known[field].source.detail,
                "recorded_at": known[field].recorded_at.isoformat(),
                "recorded_by": known[field].actor_name,
            }
            for field in (*VALUE_FIELDS, *SEALED_FIELDS)
            if values[field] is not None
        },
        "bans": [asdict(one) for one in bans.bans_of(uow.connection, customer.id)],
        "restrictions": [asdict(one) for one in restrictions.restrictions_of(uow.connection, customer.id)],
        "orders": [
            {"number": one.number, "state": str(one.state), "total_gross": str(one.total_gross)}
            for one in orders_of(uow.connection, customer.id)
        ],
        "invoices": [
            {"number": one.number, "state": str(one.state), "open_total": str(one.open_total)}
            for one in invoices_of(uow.connection, customer.id)
        ],
    }


def card(cli: Cli, data: dict[str, Any]) -> list[str]:
    """The lines that people read of what `whole` gave."""
    status = STATUS_NAMES[data["status"]]
    lines = [
        f"{data['number']}  {data['name']}  ({cli.tr(status)}, {data['started_on']} – {data['ended_on'] or ''})"
    ]
    if data["former_numbers"]:
        numbers = ", ".join(data["former_numbers"])
        lines.append("  " + cli.tr(N_("Also known by the number: {numbers}"), numbers=numbers))
    if data["protected_address"]:
        lines.append("  " + cli.tr(N_("PROTECTED ADDRESS: for authorities alone")))
    for field, known in data["values"].items():
        source = SOURCE_NAMES[known["source"]]
        where = ", ".join(filter(None, (cli.tr(source), known["detail"])))
        value = national_phone(known["value"]) if field == "phone" else known["value"]
        if value is None:
            value = cli.tr(N_("(protected address)"))
        day = known["recorded_at"][:10]
        lines.append(f"  {cli.tr(FIELD_NAMES[field])}: {value}  ({where}, {day})")
    lines += _periods(
        cli, N_("Forbidden: {name}, since {day}"), BAN_NAMES, [(it["kind"], it) for it in data["bans"]]
    )
    lines += _periods(
        cli,
        N_("Restricted: {name}, since {day}"),
        RESTRICTION_NAMES,
        [(it["ground"], it) for it in data["restrictions"]],
    )
    for order in data["orders"]:
        lines.append(
            "  " + cli.tr(N_("Order {number}: {total} €"), number=order["number"], total=order["total_gross"])
        )
    for invoice in data["invoices"]:
        lines.append(
            "  "
            + cli.tr(
                N_("Invoice {number}: {total} € open"), number=invoice["number"], total=invoice["open_total"]
            )
        )
    return lines


def _periods(cli: Cli, sentence: str, names: Any, periods: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
    return [
        "  " + cli.tr(sentence, name=cli.tr(names[kind]), day=period["since"].isoformat())
        for kind, period in periods
        if period["lifted_on"] is None
    ]
