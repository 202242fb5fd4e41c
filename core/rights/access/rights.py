"""What the person may do, and whom to complain to (GDPR 13-15, 77, 79): said with every package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.messages import N_, tr

if TYPE_CHECKING:
    from core.config import Config

_RIGHTS: Final = (
    N_("have wrong data corrected (Article 16)"),
    N_("have your data erased, where nothing obliges us to keep it (Article 17)"),
    N_("have the processing restricted (Article 18)"),
    N_("receive what you have given us in a form that programs read (Article 20)"),
    N_("object to processing that rests on our legitimate interest (Article 21)"),
    N_(
        "forbid direct marketing, market and opinion research, and publication, at any time and free of charge"
    ),
    N_("withdraw a consent at any time; what was done before stays lawful"),
)


def rights(language: str) -> list[str]:
    """The person's rights, each as the end of the sentence *You may …*."""
    return [tr(one, language) for one in _RIGHTS]


def authority(config: Config, language: str) -> dict[str, str]:
    """The supervisory authority and the court, as the settings have them."""
    found = config.rights.authority
    finnish = language == "fi"
    return {
        "name": found.name if finnish else found.name_en,
        "postal_address": found.postal_address,
        "www": found.www,
        "email": found.email,
        "phone": found.phone,
        "court": found.court if finnish else found.court_en,
    }
