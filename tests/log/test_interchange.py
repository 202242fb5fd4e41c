"""The log for other programs: JSON Lines by the published schema, FHIR AuditEvents by BALP's rules, a table without formulas."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.disclosure.log import interchange
from core.disclosure.log.errors import EntryChanged, ExportUnwritable
from core.disclosure.log.interchange import COLUMNS, schema, schema_text
from tests.support.log_bodies import add, event, intent, outcome, tamper

if TYPE_CHECKING:
    from core.disclosure.log import DisclosureLog

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "disclosure-log-v1.schema.json"
EVENTS = ("approval", "read", "shred", "anchor", "clock", "fault", "review")


@pytest.fixture
def told(log: DisclosureLog) -> DisclosureLog:
    """A signed log, on each database, with five transfers: delivered, partial, not sent, in doubt and open."""
    for number in range(1, 6):
        add(log, "intent", intent(number))
    add(log, "outcome", outcome(1))
    add(log, "outcome", outcome(2, state="partial", delivered=1, refused=1))
    nothing = {"state": "not_sent", "delivered": 0, "not_sent": 2}
    add(log, "outcome", {name: value for name, value in outcome(3, **nothing).items() if name != "digest"})
    add(log, "outcome", outcome(4, state="in_doubt", delivered=0, in_doubt=2))
    add(log, "approval", event("approval"))
    log.sign()
    return log


def refusal(rule: dict[str, Any], value: Any, definitions: dict[str, Any]) -> str | None:
    """Why *value* is not by *rule*, in the part of JSON Schema that the published file uses; None when it is."""
    if "$ref" in rule:
        return refusal(definitions[rule["$ref"].removeprefix("#/$defs/")], value, definitions)
    if "anyOf" in rule:
        reasons = [refusal(one, value, definitions) for one in rule["anyOf"]]
        return None if None in reasons else "; ".join(map(str, reasons))
    types = {"object": dict, "string": str, "integer": int, "array": list}
    wrong = "type" in rule and (not isinstance(value, types[rule["type"]]) or isinstance(value, bool))
    if wrong or ("enum" in rule and value not in rule["enum"]):
        return f"{value!r} is not {rule}"
    checks = [
        "pattern" in rule and not re.search(rule["pattern"].replace("$", r"\Z"), value),
        "maxLength" in rule and len(value) > rule["maxLength"],
        "minimum" in rule and value < rule["minimum"],
        "maximum" in rule and value > rule["maximum"],
        "minItems" in rule and len(value) < rule["minItems"],
        "maxItems" in rule and len(value) > rule["maxItems"],
        rule.get("additionalProperties") is False and not value.keys() <= rule["properties"].keys(),
        not set(rule.get("required", ())) <= set(value if isinstance(value, dict) else ()),
    ]
    if any(checks):
        return f"{value!r} is not {rule}"
    inside = [refusal(rule["items"], one, definitions) for one in value] if "items" in rule else []
    members = rule.get("properties", {})
    inside += [refusal(members[name], one, definitions) for name, one in value.items()] if members else []
    return next((reason for reason in inside if reason), None)


def lines(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_published_schema_is_the_entries_own() -> None:
    """The file in docs/ is what the code makes (after a change of the entries, write it anew and give it a version)."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_json_lines_follow_the_schema(told: DisclosureLog, tmp_path: Path) -> None:
    """Each signed entry is a line by the schema; a member more, a name in a code, a wrong number are not."""
    path = tmp_path / "log.jsonl"
    assert told.write_interchange(path, "jsonl") == told.size()
    assert path.stat().st_mode & 0o777 == 0o600
    rule = schema()
    written = lines(path)
    assert [line["index"] for line in written] == list(range(told.size()))
    assert [refusal(rule, line, rule["$defs"]) for line in written] == [None] * len(written)
    good = written[1]
    for changes in (
        {"recipient": "Matti Meikäläinen"},
        {"count": 0},
        {"name": "Matti"},
        {"ts": "1"},
        {"t": "x"},
    ):
        assert refusal(rule, {**good, "entry": {**good["entry"], **changes}}, rule["$defs"]) is not None


@pytest.mark.parametrize("kind", EVENTS)
def test_schema_knows_every_kind(kind: str) -> None:
    """Each kind of entry that the log takes is in the schema."""
    rule = schema()
    entry = {"t": f"disclosure-log/v1/{kind}", "ts": 3, **event(kind)}
    assert refusal(rule, {"index": 0, "leaf_hash": "0" * 64, "entry": entry}, rule["$defs"]) is None


def _agents(resource: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [it for it in resource["agent"] if it["type"]["coding"][0]["code"] == code]


def test_audit_events_keep_the_rules_of_balp(told: DisclosureLog, tmp_path: Path) -> None:
    """Each transfer is an AuditEvent with what PrivacyDisclosure.Source (BALP 1.1.3) and FHIR R4 require."""
    path = tmp_path / "log.ndjson"
    assert told.write_interchange(path, "fhir") == 5
    resources = lines(path)
    for resource in resources:
        dicom = "http://dicom.nema.org/resources/ontology/DCM"
        assert resource["resourceType"] == "AuditEvent"
        assert "modifierExtension" not in resource
        assert (resource["type"]["system"], resource["type"]["code"]) == (dicom, "110106")
        assert "disclose" in [it["code"] for it in resource["subtype"]]
        assert resource["action"] == "R"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", resource["recorded"])
        assert resource["outcome"] in {"0", "4", "8", "12"}
        assert resource["purposeOfEvent"][0]["coding"][0]["code"] == "invoicing"
        assert len(resource["agent"]) >= 2
        (source,), (recipient,) = _agents(resource, "110153"), _agents(resource, "110152")
        for agent in (source, recipient):
            assert agent["who"]["identifier"]["value"]
            assert agent["network"]["address"]
            assert agent["requestor"] is False
        # val-audit-source: the source agent is who observed.
        assert source["who"] == resource["source"]["observer"]
        assert len(resource["entity"]) >= 2
        (patient,) = [it for it in resource["entity"] if it["type"]["code"] == "1"]
        assert patient["role"]["code"] == "1"
        assert patient["what"]["type"] == "Patient"
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", resource["id"])
    assert [resource["outcome"] for resource in resources] == ["0", "4", "8", "4", "4"]
    assert resources[4]["outcomeDesc"] == "open"


def test_table_has_a_row_a_transfer(told: DisclosureLog, tmp_path: Path) -> None:
    """The table names each transfer with its last outcome; a cell that a spreadsheet would run cannot come about."""
    path = tmp_path / "log.csv"
    assert told.write_interchange(path, "csv") == 5
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert tuple(rows[0]) == COLUMNS
    assert [row["state"] for row in rows] == ["delivered", "partial", "not_sent", "in_doubt", "open"]
    assert rows[0]["categories"] == "name orders"
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row.values() if cell)


def test_faults_leave_no_file(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """A changed entry and a directory that is not there are refused, and nothing half-written is left."""
    add(sqlite_log, "intent", intent(1))
    sqlite_log.sign()
    with pytest.raises(ExportUnwritable):
        sqlite_log.write_interchange(tmp_path / "nowhere" / "x", "jsonl")
    tamper(sqlite_log.database, "UPDATE log_entry SET kind = 'intent' WHERE entry_index = 0")
    before = set(tmp_path.iterdir())
    for form in interchange.FORMATS:
        with pytest.raises(EntryChanged):
            sqlite_log.write_interchange(tmp_path / f"log.{form}", form)
    assert set(tmp_path.iterdir()) == before
