"""AuditEvents against the published FHIR model (R4B, whose AuditEvent is R4's), which nobody here wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from pydantic import ValidationError

from tests.log.test_interchange import told

if TYPE_CHECKING:
    from pathlib import Path

    from core.disclosure.log import DisclosureLog

__all__ = ["told"]


@pytest.fixture
def resources(told: DisclosureLog, tmp_path: Path) -> list[dict[str, Any]]:
    """The AuditEvents of a transfer in each state."""
    told.write_interchange(tmp_path / "log.ndjson", "fhir")
    return [json.loads(line) for line in (tmp_path / "log.ndjson").read_text(encoding="utf-8").splitlines()]


def test_audit_events_fit_the_published_model(resources: list[dict[str, Any]]) -> None:
    """Every member is known, of its type and cardinality; read and written again, nothing is lost or added."""
    assert len(resources) == 5
    for resource in resources:
        made = AuditEvent.model_validate(resource)
        again = json.loads(made.model_dump_json())
        # An instant may be written with another number of decimals; what it says is the same moment.
        assert AuditEvent.model_validate(again).recorded == made.recorded
        assert again | {"recorded": ""} == resource | {"recorded": ""}


@pytest.mark.parametrize(
    "spoil",
    [
        {"recorded": None},
        {"recorded": "yesterday"},
        {"agent": None},
        {"source": None},
        {"type": "110106"},
        {"outcome": {"code": "0"}},
        {"unknown": 1},
        {"entity": [{"detail": [{"type": "count"}]}]},
    ],
)
def test_the_model_is_strict(resources: list[dict[str, Any]], spoil: dict[str, Any]) -> None:
    """What R4 does not allow is refused, so that passing says something."""
    spoiled = {name: value for name, value in (resources[0] | spoil).items() if value is not None}
    with pytest.raises(ValidationError):
        AuditEvent.model_validate(spoiled)
