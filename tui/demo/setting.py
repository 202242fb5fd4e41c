"""The demo's register and its surroundings: a folder, a configuration, one member of staff, partners on loopback."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import tomli_w

from core.actor import Role
from core.errors import Refused
from core.founding import found_register
from core.keys import write_secret_file
from core.messages import N_
from core.reasons import reason_of
from core.staff.agreements import AgreementTerms
from core.staff.service import first_administrator
from integrations.sandbox.asiakastieto import AsiakastietoKeys, AsiakastietoSandbox
from integrations.sandbox.netvisor import NetvisorKeys, NetvisorSandbox
from tui.demo.files import ANSWER_CODES, ANSWER_COLUMNS, REGISTER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.register import Register

USER_NAME: Final = "demo"
# Opens nothing but a register of people who do not exist, on partners that are not the real ones.
PASSWORD: Final = "neljä kukkoa laulaa"  # noqa: S105 - see above
LOAD: Final = "customers"
UPDATE_SERVICE: Final = "addresses"
_MARK: Final = ".rekisteri-demo"


class NotADemoFolder(Refused):
    """A folder of somebody else's stands where the demo wants to be."""

    code = "demo.not_a_demo_folder"
    sentence = N_("The folder {folder} is not an earlier demo's.")
    advice = N_("It is left as it was. Name another folder: rekisteri demo --folder NAME")


class FolderUnwritable(Refused):
    """The folder cannot be made."""

    code = "demo.folder_unwritable"
    sentence = N_("The folder {folder} cannot be made: {reason}.")
    advice = N_("Name another folder: rekisteri demo --folder NAME")


class NoDemo(Refused):
    """There is no demo to open."""

    code = "demo.none"
    sentence = N_("There is no demo in the folder {folder}.")
    advice = N_("Make one first: rekisteri demo")


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the demo keeps everything that it makes."""

    path: Path

    @property
    def config(self) -> Path:
        """The register's configuration."""
        return self.path / "config.toml"

    @property
    def answers(self) -> Path:
        """Where the address update service leaves its answers."""
        return self.path / "exchange" / "address_file" / "in"

    def clear(self) -> None:
        """Make it an empty demo folder; an earlier demo in it goes.

        Raises:
            NotADemoFolder: something else is there.
            FolderUnwritable: it cannot be made.
        """
        if self.path.exists():
            if not (self.path / _MARK).is_file():
                raise NotADemoFolder(folder=str(self.path))
            self._empty()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.path / _MARK).touch()
        except OSError as error:
            raise FolderUnwritable(folder=str(self.path), reason=reason_of(error)) from error

    def _empty(self) -> None:
        """Take away what an earlier demo left; the folder stays, for somebody may be in it."""
        for found in self.path.iterdir():
            if found.is_dir() and not found.is_symlink():
                shutil.rmtree(found)
            elif found.name != _MARK:
                found.unlink()

    def require(self) -> None:
        """Make sure that there is a demo in it.

        Raises:
            NoDemo: there is none.
        """
        if not (self.path / _MARK).is_file() or not self.config.is_file():
            raise NoDemo(folder=str(self.path))


@dataclass(frozen=True, slots=True)
class Partners:
    """The demo's partners, listening on loopback."""

    accountant: NetvisorSandbox
    bureau: AsiakastietoSandbox


@contextmanager
def partners(folder: Folder) -> Iterator[Partners]:
    """Start the partners, each on a port of its own; what they were sent earlier they still have."""
    with (
        NetvisorSandbox(state_file=folder.path / "netvisor.jsonl") as accountant,
        AsiakastietoSandbox(state_file=folder.path / "asiakastieto.jsonl") as bureau,
    ):
        yield Partners(accountant, bureau)


def found(folder: Folder, at: Partners) -> None:
    """Make the register: configuration, keys, secrets, database, log."""
    for prefix, keys in (("netvisor", NetvisorKeys()), ("asiakastieto", AsiakastietoKeys())):
        for field in fields(keys):
            if field.name != "organisation_id":
                write_secret_file(folder.path / f"{prefix}.{field.name}", getattr(keys, field.name).encode())
    found_register(folder.config, {}, text=tomli_w.dumps(_configuration(at)))
    folder.answers.mkdir(parents=True)


def move_partners(folder: Folder, at: Partners) -> None:
    """Write the partners' new ports into the configuration of a demo made earlier."""
    new = folder.config.with_suffix(".new")
    new.unlink(missing_ok=True)
    write_secret_file(new, tomli_w.dumps(_configuration(at)).encode())
    new.replace(folder.config)


def hire(register: Register) -> None:
    """The demo's one member of staff, who has signed a confidentiality agreement and may do everything."""
    with register.database.unit_of_work() as uow:
        first_administrator(
            uow,
            user_name=USER_NAME,
            name="Demo Käyttäjä",
            password=PASSWORD,
            agreement=AgreementTerms("demo/1", date(2026, 1, 2), date(2026, 1, 2)),
            language=register.config.register.language,
            roles=tuple(Role),
        )
        uow.commit()


def _configuration(at: Partners) -> dict[str, Any]:
    return {
        "register": {
            "name": "Asiakasrekisteri (demo)",
            "controller": {
                "name": "Esimerkki Oy",
                "business_id": "1967543-8",
                "address": "Esimerkkikatu 1, 00100 Helsinki",
                "contact_person": "Demo Käyttäjä",
                "email": "rekisteri@example.fi",
            },
        },
        "log": {"origin": "example.fi/demo"},
        # The demo's one person works alone.
        "gate": {"approval_persons": 0, "approval_first_use": False},
        "recipients": _recipients(),
        "partners": _partners(at),
        "loads": {LOAD: {"columns": dict(REGISTER_COLUMNS)}},
        "updates": {UPDATE_SERVICE: _update_service()},
    }


def _recipients() -> dict[str, Any]:
    known = ["customer_number", "name", "organisation", "postal_address"]
    return {
        "accountant": {
            "name": "Tilitoimisto Esimerkki Oy",
            "role": "processor",
            "agreement": "DPA 2026-01",
            "agreement_from": date(2026, 1, 1),
            "purposes": ["invoicing"],
            "categories": [*known, "contact", "orders"],
            "adapter": "netvisor",
        },
        "bureau": {
            "name": "Luottotietotoimisto (hiekkalaatikko)",
            "role": "controller",
            "agreement": "Sopimus 2026-02",
            "agreement_from": date(2026, 1, 1),
            "purposes": ["credit_check"],
            "categories": ["identity_code", "organisation"],
            "adapter": "asiakastieto",
        },
        "addresses": {
            "name": "Osoitepalvelu Esimerkki Oy",
            "role": "processor",
            "agreement": "DPA 2026-03",
            "agreement_from": date(2026, 1, 1),
            "purposes": ["address_update"],
            "categories": ["customer_number", "name", "postal_address"],
            "adapter": "address_file",
        },
    }


def _partners(at: Partners) -> dict[str, Any]:
    return {
        "netvisor": {
            "environment": "sandbox",
            "base_url": at.accountant.base_url,
            "settings": {"organisation_id": at.accountant.keys.organisation_id, "product_identifier": "1697"},
            "secrets": {
                name: f"file:netvisor.{name}"
                for name in ("customer_id", "customer_key", "partner_id", "partner_key")
            },
        },
        "asiakastieto": {
            "environment": "sandbox",
            "base_url": at.bureau.base_url,
            "settings": {"company_qtype": at.bureau.company_qtype},
            "secrets": {name: f"file:asiakastieto.{name}" for name in ("userid", "passwd", "checksum_key")},
        },
        "address_file": {"environment": "sandbox", "settings": {"files_stay": True}},
    }


def _update_service() -> dict[str, Any]:
    columns = dict(ANSWER_COLUMNS)
    return {
        "recipient": "addresses",
        "answer": {
            "key": columns.pop("key"),
            "code_column": columns.pop("code"),
            "columns": columns,
            "codes": dict(ANSWER_CODES),
        },
    }
