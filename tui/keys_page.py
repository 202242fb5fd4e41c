"""`docs/keys.md`, written from the table of actions: ``python -m tui.keys_page`` writes it anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tui.actions import ACTIONS, EVERYWHERE, KEYS, Action, shown_key

FILE: Final = Path(__file__).parent.parent / "docs" / "keys.md"
_HEAD: Final = """# Keys

Written from the tables of `tui/areas` by `python -m tui.keys_page`; a test compares the two.

A key means the same on every screen. Each F-key has a twin with Ctrl for terminals that keep F-keys to themselves.
Keys may be typed ahead: each is done, the opening of a screen included, before the next one is looked at.
"""
_AREAS: Final = {
    EVERYWHERE: "Everywhere",
    "sign_in": "Sign-in",
    "lock": "Locked session",
    "menu": "Main menu",
    "customers": "Customer list",
    "picker": "Choosing a customer",
    "card": "Customer card",
    "statement": "A person's statement",
    "handover": "Handing a statement over",
    "customer_form": "Customer form",
    "standing": "Bans, restriction, protected address, end of the relationship",
    "bank_account": "Bank account",
    "task": "The task of looks",
    "password": "Own password",
    "order": "Order entry",
    "order_view": "An order to read",
    "orders": "Orders",
    "send_orders": "Several orders to accounting",
    "put_away": "Cancelling and archiving orders",
    "preview": "What would leave for accounting",
    "credit": "Credit check",
    "updates": "Address updates",
    "selection": "Asking an update service about customers",
    "update_mapping": "How an update service's answer is read",
    "update_file": "A file of an update service's by its path",
    "update_choice": "Choosing a field or a meaning",
    "update_run": "An address update",
    "proposals": "Proposals that wait for a person",
    "proposal_rule": "Accepting proposals by a rule",
    "web": "Registrations from the site",
    "exports": "Exports, labels, directories and letters",
    "export_preview": "What an export would send",
    "export_share": "One person's share of an export",
    "export_result": "What came of an export",
    "export_files": "Files in the export folder",
    "log": "Disclosure log",
    "entry": "A transfer",
    "doubt": "Transfers in doubt",
    "decision": "A decision by a person",
    "notices": "Recipients who hold an old value",
    "notice_settling": "A notice acknowledged, or not needed",
    "review": "Review",
    "approval": "A request for approval",
    "finding": "A finding",
    "sign_off": "Signing a review off",
    "requests": "People's requests",
    "request_form": "A request received",
    "request": "A request",
    "request_step": "A step of a request",
    "request_letter": "A letter to the person",
    "request_erasure": "What an erasure meets",
    "request_papers": "Papers of a request",
    "request_access": "An access package",
    "request_portability": "A person's data to be moved",
    "papers": "Index of papers",
    "due_list": "Due list of retention",
    "why": "Why a person's data is kept, and until when",
}


def page() -> str:
    """The page, Markdown."""
    parts = [_HEAD]
    for area, title in _AREAS.items():
        parts.append(f"## {title}\n\n| Key | Does | For |\n|---|---|---|")
        own = sorted((one for one in ACTIONS if one.area == area), key=lambda one: list(KEYS).index(one.verb))
        parts[-1] += "".join(f"\n{_row(action)}" for action in own) + "\n"
    return "\n".join(parts)


def _row(action: Action) -> str:
    keys = ", ".join(shown_key(key) for key in action.keys)
    roles = ", ".join(sorted(role.replace("_", " ") for role in action.roles)) or "everyone"
    return f"| {keys} | {action.words} | {roles} |"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
