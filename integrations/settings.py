"""A partner's settings: config.toml's values checked against the manifest, defaults filled in."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, Final

from core.messages import N_
from integrations.errors import BadSetting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrations.manifest import Manifest, Setting

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "text": (str,),
    "flag": (bool,),
    "number": (int, float),
    "table": (dict,),
}


def resolved_settings(partner: str, manifest: Manifest, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Every setting of the manifest with its value.

    Raises:
        BadSetting: one is unknown, missing, of the wrong type or not one of its options.
    """
    for name in given:
        if name not in manifest.settings:
            nearest = difflib.get_close_matches(name, manifest.settings, n=1)
            if nearest:
                raise BadSetting(
                    partner=partner,
                    setting=name,
                    reason=N_("it is unknown; did you mean {nearest}?"),
                    nearest=nearest[0],
                )
            raise BadSetting(partner=partner, setting=name, reason=N_("it is unknown"))
    return {
        name: _checked(partner, name, setting, given.get(name, setting.default))
        for name, setting in manifest.settings.items()
    }


def _checked(partner: str, name: str, setting: Setting, value: Any) -> Any:
    if value is None:
        raise BadSetting(partner=partner, setting=name, reason=N_("it is missing"))
    wrong_type = not isinstance(value, _TYPES[setting.type]) or (
        setting.type == "number" and isinstance(value, bool)
    )
    if wrong_type:
        raise BadSetting(partner=partner, setting=name, reason=N_("it must be a {kind}"), kind=setting.type)
    if setting.options and value not in setting.options:
        raise BadSetting(
            partner=partner,
            setting=name,
            reason=N_("it must be one of: {options}"),
            options=", ".join(setting.options),
        )
    if setting.pattern and not re.fullmatch(setting.pattern, value):
        raise BadSetting(
            partner=partner, setting=name, reason=N_("it must look like {pattern}"), pattern=setting.pattern
        )
    if setting.minimum is not None and value < setting.minimum:
        raise BadSetting(
            partner=partner,
            setting=name,
            reason=N_("it must be at least {minimum}"),
            minimum=f"{setting.minimum:g}",
        )
    return value
