"""Asiakastieto's sandbox: checks who asks, the checksum and the clock, and answers about invented and test persons.

Our guesses, since the contract's documents are not public: which qtype a company report has (any that the sandbox is
given), and the shape of that report.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from integrations.sandbox.journal import Journal
from integrations.sandbox.server import Reply, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from integrations.sandbox.server import Received

# Published test persons: how many payment defaults each has here.
PERSONS: Final[dict[str, int]] = {
    "010690-9434": 0,
    "021060-979D": 1,
    "030388-927Y": 2,
    "120255-970U": 3,
    "200498-9812": 1,
    "300388-927C": 5,
}
NOT_FOUND: Final = "The person is not found in the register."
ENDUSER_LENGTH: Final = 12
TOLERANCE: Final = timedelta(minutes=15)
_ID: Final = re.compile(r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]")
_TIMESTAMP: Final = re.compile(r"([0-9]{14})[0-9]{2}([+-][0-9]{2})[0-9]{5}")
_NEEDED: Final = (
    "version",
    "lang",
    "userid",
    "passwd",
    "enduser",
    "reqmsg",
    "qtype",
    "request",
    "timestamp",
    "checksum",
)


@dataclass(frozen=True, slots=True)
class AsiakastietoKeys:
    """The contract's identifiers; invented ones for a sandbox."""

    userid: str = "SANDBOXUSER1"
    passwd: str = field(default="sandboxpwd", repr=False)
    checksum_key: str = field(default="5a4db0c0ffee00000000000000000003", repr=False)


class _Failed(Exception):
    """The answer is status 1 with this code and text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


class AsiakastietoSandbox(Sandbox):
    """``enquiries`` are those answered: (who asked, q41 or the company's code, purpose); no identity code is kept."""

    def __init__(
        self,
        keys: AsiakastietoKeys | None = None,
        *,
        port: int = 0,
        state_file: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        company_qtype: str = "SB",
    ) -> None:
        super().__init__(port=port)
        self.keys = keys or AsiakastietoKeys()
        self.enquiries: list[tuple[str, str, str]] = []
        self.company_qtype = company_qtype
        self._now = now
        self._journal = Journal(state_file)
        self.enquiries.extend(tuple(entry["enquiry"]) for entry in self._journal.entries())

    def controls(self) -> Mapping[str, Callable[..., object]]:
        """Faults, and how many enquiries there were."""
        return {**super().controls(), "enquiries": lambda: len(self.enquiries)}

    def process(self, received: Received) -> Reply:
        """HTTP 200 whatever happens, as the real one."""
        parts = urlsplit(received.target)
        root = "companyResponse" if "company5" in parts.path else "consumerResponse"
        with self.lock:
            try:
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                self._authenticate(query)
                answer = self._company(query) if root == "companyResponse" else self._consumer(query)
                self._keep(query)
                status = "0"
            except _Failed as failed:
                answer = {"errorMessage": {"errorCode": failed.code, "errorText": failed.text}}
                status = "1"
        header = {
            "languageCode": "FI",
            "timeStamp": {"date": 1795392000000, "time": 28800000},
            "responseStatus": status,
            "currencyCode": "EUR",
        }
        content = json.dumps({root: {"responseHeader": header, **answer}}, ensure_ascii=False)
        return Reply(200, "application/json;charset=UTF-8", content.encode())

    def _authenticate(self, query: Mapping[str, str]) -> None:
        for name in _NEEDED:
            if not query.get(name):
                raise _Failed("852", f"Mandatory parameter missing: {name}")
        if query["userid"] != self.keys.userid:
            raise _Failed("VA2", "Invalid user id")
        if query["passwd"] != self.keys.passwd:
            raise _Failed("VA3", "Invalid password")
        if len(query["enduser"]) > ENDUSER_LENGTH or not query["enduser"].isascii():
            raise _Failed("852", "enduser")
        message = f"{query['userid']}&{query['enduser']}&{query['timestamp']}&{self.keys.checksum_key}&"
        expected = hashlib.sha512(message.encode()).hexdigest().upper()
        if not hmac.compare_digest(query["checksum"], expected):
            raise _Failed("501", "MAC checksum invalid")
        matched = _TIMESTAMP.fullmatch(query["timestamp"])
        if matched is None or abs(self._now() - _instant(*matched.groups())) > TOLERANCE:
            raise _Failed("505", "MAC checksum too old")

    def _consumer(self, query: Mapping[str, str]) -> dict[str, Any]:
        person = query.get("idnumber", "")
        if not person:
            raise _Failed("VX1", "Identity number missing")
        if not _ID.fullmatch(person):
            raise _Failed("VC6", f"Invalid identity number {person}")
        if query["qtype"] != "41" or query["reqmsg"] != "CONSUMER" or query.get("purpose") is None:
            raise _Failed("852", "qtype")
        defaults = PERSONS.get(person, 0)
        if not defaults:
            return {
                "personIdentification": {"personId": person},
                "creditInformationData": None,
                "noRegisteredMessage": {"EIR": "1", "EIRText": NOT_FOUND},
                "errorMessage": None,
            }
        return {
            "personIdentification": {
                "name": "TESTI HENKILÖ",
                "personId": person,
                "addressWhenDefaulted": None,
            },
            "creditInformationData": {
                "creditInformationEntryCount": str(defaults),
                "paymentDefaultCount": str(defaults),
                "creditInformationEntrySummary": {
                    "creditInformationEntries": str(defaults),
                    "paymentDefaults": str(defaults),
                    "supervision": None,
                    "ownCreditStoppage": None,
                    "banOfBusiness": None,
                    "personInCharge": None,
                    "text": f"Maksuhäiriömerkintöjä {defaults} kpl.",
                },
            },
            "noRegisteredMessage": None,
            "errorMessage": None,
        }

    def _company(self, query: Mapping[str, str]) -> dict[str, Any]:
        if query["qtype"] != self.company_qtype or query["reqmsg"] != "COMPANY":
            raise _Failed("852", "qtype")
        if not re.fullmatch(r"[0-9]{8}", query.get("businessid", "")):
            raise _Failed("852", "businessid")
        return {
            "identificationData": {
                "businessId": query["businessid"],
                "name": "Esimerkki Oy",
                "companyForm": "OY",
            },
            "companyPaymentDefaultData": None,
            "creditSummary": {"text": "Ei maksuhäiriöitä."},
            "errorMessage": None,
        }

    def _keep(self, query: Mapping[str, str]) -> None:
        enquiry = (query["enduser"], query["qtype"], query.get("purpose", ""))
        self._journal.append({"enquiry": enquiry})
        self.enquiries.append(enquiry)


def _instant(moment: str, offset: str) -> datetime:
    """The instant that a timestamp's date, time and offset name; one that does not exist is far away."""
    try:
        return datetime.strptime(f"{moment}{offset}00", "%Y%m%d%H%M%S%z")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
