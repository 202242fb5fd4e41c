"""A transfer as a FHIR R4 AuditEvent, after IHE BALP 1.1.3, profile ``IHE.BasicAudit.PrivacyDisclosure.Source``.

The structure is checked against the published FHIR model and that profile's published rules by tests of ours; no
official validator was run.
Where the log knows less than the profile's word suggests: the one *patient* entity stands for all persons of the
transfer, named by the root over their lines and by nothing else; purposes are the register's own codes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from core.disclosure.log.interchange import Transfer

PROFILE: Final = (
    "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PrivacyDisclosure.Source"
)
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OWN: Final = "urn:asiakasrekisteri:"
# https://hl7.org/fhir/R4/valueset-audit-event-outcome.html: 0 success, 4 minor failure, 8 serious failure.
_OUTCOMES: Final = {"delivered": "0", "not_sent": "8"}
_OTHERWISE: Final = "4"


def moment(ts: int) -> str:
    """Milliseconds since 1970 as a FHIR ``instant`` in UTC."""
    at = _EPOCH + timedelta(milliseconds=ts)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ts % 1000:03d}Z"


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}


def _named(system: str, value: str, **more: str) -> dict[str, Any]:
    return {**more, "identifier": {"system": _OWN + system, "value": value}}


def _detail(name: str, value: str) -> dict[str, str]:
    return {"type": name, "valueString": value}


def audit_event(origin: str, transfer: Transfer) -> dict[str, Any]:
    """The AuditEvent of *transfer* in the log called *origin*."""
    intent, outcome = transfer.intent, transfer.outcome
    register = _named("log", origin, display=origin)
    return {
        "resourceType": "AuditEvent",
        "id": intent.id,
        "meta": {"profile": [PROFILE]},
        "type": _coding(DICOM, "110106", "Export"),
        "subtype": [
            _coding(
                "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle",
                "disclose",
                "Disclose Record Lifecycle Event",
            )
        ],
        "action": "R",
        "recorded": moment(intent.ts),
        "outcome": _OUTCOMES.get(transfer.state, _OTHERWISE),
        "outcomeDesc": transfer.state if outcome is None else f"{transfer.state}, by {outcome.by}",
        "purposeOfEvent": [
            {"coding": [{"system": _OWN + "purpose", "code": intent.purpose}], "text": intent.purpose},
        ],
        "agent": [_source_agent(register, origin), _recipient_agent(transfer)],
        "source": {
            "site": origin,
            "observer": register,
            "type": [
                _coding(
                    "http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server"
                )
            ],
        },
        "entity": [_persons(transfer), _data(transfer)],
    }


def _source_agent(register: dict[str, Any], origin: str) -> dict[str, Any]:
    return {
        "type": {"coding": [_coding(DICOM, "110153", "Source Role ID")]},
        "who": register,
        "requestor": False,
        "network": {"address": origin, "type": "1"},
    }


def _recipient_agent(transfer: Transfer) -> dict[str, Any]:
    intent = transfer.intent
    return {
        "type": {"coding": [_coding(DICOM, "110152", "Destination Role ID")]},
        "who": _named("recipient", intent.recipient, display=intent.recipient),
        "requestor": False,
        "network": {"address": f"{_OWN}channel:{intent.channel}", "type": "5"},
    }


def _persons(transfer: Transfer) -> dict[str, Any]:
    intent = transfer.intent
    return {
        "what": _named("lines-root", intent.lines_root, type="Patient"),
        "type": _coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "1", "Person"),
        "role": _coding("http://terminology.hl7.org/CodeSystem/object-role", "1", "Patient"),
        "detail": [_detail("count", str(intent.count))],
    }


def _data(transfer: Transfer) -> dict[str, Any]:
    intent, outcome = transfer.intent, transfer.outcome
    counts = ("delivered", "refused", "not_sent", "in_doubt") if outcome is not None else ()
    return {
        "what": _named("transfer", intent.id),
        "type": _coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "2", "System Object"),
        "role": _coding("http://terminology.hl7.org/CodeSystem/object-role", "3", "Report"),
        "detail": [
            _detail("categories", " ".join(intent.categories)),
            _detail("basis", intent.basis),
            _detail("country", intent.country),
            _detail("log-index", str(transfer.index)),
            *(_detail(name, str(getattr(outcome, name))) for name in counts),
        ],
    }
