"""Configuration and manifests that are not right are refused before anything is rendered, in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.config import Partner, Secret
from core.errors import ConfigError
from integrations import netvisor
from integrations.errors import (
    BadAddress,
    BadManifest,
    BadSecret,
    BadSetting,
    NoSuchPartner,
    PartnerNotConfigured,
)
from integrations.manifest import read_manifest
from tests.support import partners
from tests.support.partners import invoicing_item

if TYPE_CHECKING:
    from core.clock import FixedClock


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"base_url": "http://127.0.0.1:1/path"}, BadAddress, "scheme and host only"),
        ({"base_url": "http://user@127.0.0.1:1"}, BadAddress, "scheme and host only"),
        ({"base_url": "http://example.com"}, BadAddress, "on this machine"),
        ({"base_url": "http://127.0.0.1:port"}, BadAddress, "not an address"),
        ({"base_url": None}, BadAddress, "missing"),
        (
            {"environment": "test", "base_url": "https://evil.example"},
            BadAddress,
            "not one of the partner's own",
        ),
        ({"environment": "production", "base_url": "http://isvapi.netvisor.fi"}, BadAddress, "not one of"),
        (
            {"environment": "production", "base_url": "https://isvapi.netvisor.fi:8443"},
            BadAddress,
            "not one of",
        ),
        (
            {
                "environment": "production",
                "base_url": "https://isvapi.netvisor.fi",
                "settings": partners.NETVISOR_SETTINGS,
            },
            BadSetting,
            "at least 120",
        ),
        ({"settings": {}}, BadSetting, "organisation_id"),
        (
            {"settings": {"organisation_id": "19675438", "product_identifier": "1"}},
            BadSetting,
            "must look like",
        ),
        ({"settings": {"organisation_id": 1, "product_identifier": "1"}}, BadSetting, "must be a text"),
        (
            {"settings": {**partners.NETVISOR_SETTINGS, "encoding": "utf-16"}},
            BadSetting,
            "must be one of: utf-8",
        ),
        (
            {"settings": {**partners.NETVISOR_SETTINGS, "timeout_seconds": True}},
            BadSetting,
            "must be a number",
        ),
        ({"settings": {**partners.NETVISOR_SETTINGS, "zzz": 1}}, BadSetting, "unknown"),
        ({"secrets": {"customer_kay": Secret("env:X")}}, BadSecret, "no such secret"),
    ],
)
def test_configuration_that_is_not_right(
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    error: type[ConfigError],
    words: str,
) -> None:
    """A wrong address, setting or secret is refused before anything is rendered, naming what to correct."""
    good = partners.netvisor_partner(monkeypatch, "http://127.0.0.1:8001", timeout_seconds=130)
    values = {name: getattr(good, name) for name in good.__struct_fields__} | changes
    with pytest.raises(error) as refusal:
        partners.hub(tmp_path, clock, netvisor=Partner(**values)).exit("netvisor")
    assert words in str(refusal.value)
    assert refusal.value.explain("fi").sentence != refusal.value.explain("en").sentence


def test_secret_problems_are_said_while_rendering(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that is missing, or that no header can carry, is said at the preview, without its value."""
    partner = partners.netvisor_partner(monkeypatch, "http://127.0.0.1:8001")
    monkeypatch.setenv("TEST_NETVISOR_CUSTOMER_KEY", "salaisuus-ä")
    with pytest.raises(BadSecret) as refusal:
        partners.hub(tmp_path, clock, netvisor=partner).exit("netvisor").render(
            "invoicing", [invoicing_item()]
        )
    assert "salaisuus" not in str(refusal.value)
    monkeypatch.delenv("TEST_NETVISOR_CUSTOMER_KEY")
    with pytest.raises(ConfigError):
        partners.hub(tmp_path, clock, netvisor=partner).exit("netvisor").render(
            "invoicing", [invoicing_item()]
        )


def test_unknown_and_unconfigured_partner(tmp_path: Path, clock: FixedClock) -> None:
    """A partner that is not installed, or not configured, is named with what there is."""
    hub = partners.hub(tmp_path, clock)
    with pytest.raises(NoSuchPartner) as missing:
        hub.exit("fennoa")
    assert "asiakastieto, netvisor" in str(missing.value)
    with pytest.raises(PartnerNotConfigured):
        hub.exit("netvisor")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "fi.netvisor"', ""),
        ('id = "fi.netvisor"', 'id = "fi.netvisor"\nextra = 1'),
        ('"name.first"', '"name.middle"'),
        ('email = "invoice_by_email"', 'email = "no_such_setting"'),
        ('kind = "https"', 'kind = "files"'),
        ('mode = "single"', "mode = single"),
    ],
)
def test_manifest_that_is_not_right(tmp_path: Path, old: str, new: str) -> None:
    """A manifest with unknown, missing or contradicting entries is not used."""
    text = (Path(netvisor.__path__[0]) / "manifest.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "manifest.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadManifest):
        read_manifest(path, "netvisor")
    with pytest.raises(BadManifest):
        read_manifest(tmp_path / "none.toml", "netvisor")
