"""What updates from the business register refuse."""

from __future__ import annotations

from core.errors import ConfigError, InvalidInput
from core.messages import N_
from core.updates.errors import RowProblem


class NoCompanyRecipient(ConfigError):
    """Nobody is configured to be asked."""

    code = "updates.no_company_recipient"
    sentence = N_("config.toml does not say whom to ask about companies.")
    advice = N_(
        "Set companies.recipient to a table of [recipients] whose adapter is ytj, or read the daily file, which asks "
        "about nobody: rekisteri update companies --daily."
    )


class NoCompanySelected(InvalidInput):
    """No organisation fits."""

    code = "updates.no_company_selected"
    sentence = N_(
        "No organisation with a business id, in the register and allowed to be updated, fits these criteria."
    )
    advice = N_(
        "Check the customer numbers or the postcode. Organisations that have forbidden updates are not asked about."
    )


class BanSinceShown(InvalidInput):
    """An update ban came between the preview and the sending."""

    code = "updates.ban_since_shown"
    sentence = N_("An organisation has forbidden updates since this was shown. Nothing was asked.")
    advice = N_("Look at the new preview and ask again.")


class UnreadableCompany(RowProblem):
    """The business register's record of a company is not as its documents have it."""

    code = "updates.unreadable_company"
    sentence = N_("What YTJ says of this company could not be read ({reason}).")
    advice = N_("Look the company up on ytj.fi and correct the customer by hand.")


class BadCompanyFile(InvalidInput):
    """The file is not the daily file of all companies."""

    code = "updates.bad_company_file"
    sentence = N_("This is not a whole file of all companies from YTJ ({reason}).")
    advice = N_("Fetch it again: rekisteri update companies --daily. No customer was changed.")
