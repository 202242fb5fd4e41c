"""YTJ's sandbox: answers as PRH's open data interface v3 does, about the companies it is given.

Public answers were the model (docs/partners.md). Our guesses, since they are not published: the words of an error, and that
one question too many is answered with 429 in plain text.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from integrations.sandbox.server import Reply, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from integrations.sandbox.server import Received

_BASE: Final = "/opendata-ytj-api/v3"
PAGE: Final = 100


def sample_company(
    business_id: str = "0244683-1", name: str = "Sandbox Oy", street: str = "Mannerheimintie", **changes: Any
) -> dict[str, Any]:
    """A made-up company in YTJ's form: a main name, an earlier one and a parallel one, two addresses, two languages."""
    offices = [
        {"city": "HELSINGFORS", "languageCode": "2", "municipalityCode": "091"},
        {"city": "HELSINKI", "languageCode": "1", "municipalityCode": "091"},
    ]
    address = {
        "type": 1,
        "street": street,
        "postCode": "00100",
        "postOffices": offices,
        "buildingNumber": "5",
        "entrance": "",
        "apartmentNumber": "",
        "apartmentIdSuffix": "",
        "co": "",
        "registrationDate": "2026-05-01",
        "source": "0",
    }
    return {
        "businessId": {"value": business_id, "registrationDate": "2010-05-14", "source": "3"},
        "names": [
            {
                "name": "Earlier Oy",
                "type": "1",
                "registrationDate": "2010-05-14",
                "endDate": "2019-01-31",
                "version": 2,
            },
            {"name": name, "type": "1", "registrationDate": "2019-02-01", "version": 1, "source": "1"},
            {
                "name": f"{name} Ltd",
                "type": "2",
                "registrationDate": "2020-01-01",
                "version": 1,
                "source": "1",
            },
        ],
        "website": {"url": "www.example.com", "registrationDate": "2021-01-01", "source": "0"},
        "companySituations": [],
        "registeredEntries": [
            {
                "type": "1",
                "registrationDate": "2010-05-14",
                "register": "1",
                "authority": "2",
                "descriptions": [],
            }
        ],
        "addresses": [address, {**address, "type": 2}],
        "tradeRegisterStatus": "1",
        "status": "2",
        "registrationDate": "2010-05-14",
        "lastModified": "2026-05-04T07:31:50",
        **changes,
    }


class YtjSandbox(Sandbox):
    """``companies`` are those that it knows, by business id; ``questions`` the ids that it was asked about."""

    def __init__(self, companies: Sequence[Mapping[str, Any]] = (), *, port: int = 0) -> None:
        super().__init__(port=port)
        self.companies: dict[str, Mapping[str, Any]] = {it["businessId"]["value"]: it for it in companies}
        self.questions: list[str] = []

    def controls(self) -> Mapping[str, Callable[..., object]]:
        """Faults, and how many questions there were."""
        return {**super().controls(), "questions": lambda: len(self.questions)}

    def process(self, received: Received) -> Reply:
        """A list of companies, the file of them all, or an error."""
        parts = urlsplit(received.target)
        with self.lock:
            if parts.path == f"{_BASE}/all_companies":
                return Reply(200, "application/zip", self.whole_file())
            if parts.path != f"{_BASE}/companies":
                return _error(404, "Not found")
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            if not query:
                return _error(400, "At least one search parameter is required")
            return self._companies(query)

    def whole_file(self) -> bytes:
        """All companies as the daily file has them: one JSON array, the one file of a ZIP."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data.json", json.dumps(list(self.companies.values()), ensure_ascii=False))
        return packed.getvalue()

    def _companies(self, query: Mapping[str, str]) -> Reply:
        wanted = query.get("businessId", "")
        self.questions.append(wanted)
        found = [it for business_id, it in self.companies.items() if wanted in {"", business_id}]
        start = PAGE * (int(query.get("page", "1") or 1) - 1)
        # A page past the end is answered with the first one.
        page = found[start : start + PAGE] or found[:PAGE]
        return _json(200, {"totalResults": len(found), "companies": page})


def _json(status: int, document: Mapping[str, Any]) -> Reply:
    return Reply(status, "application/json", json.dumps(document, ensure_ascii=False).encode())


def _error(status: int, message: str) -> Reply:
    return _json(status, {"timestamp": "2026-11-23T08:00:00Z", "message": message, "errorcode": status})
