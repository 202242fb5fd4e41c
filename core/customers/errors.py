"""What the customers room refuses, and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.customers.words import ORDER_STATE_NAMES
from core.errors import Conflict, InvalidInput, NotFound, Refused, Where
from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.errors import Explanation


class InvalidValue(InvalidInput):
    """A value that the register does not take; ``where.field`` says which."""

    code = "customers.invalid_value"

    @classmethod
    def of(cls, field: str, value: str | None = None, **data: object) -> InvalidValue:
        """This error about *value* of *field*."""
        return cls(where=Where(field=field, value=value), **data)

    @classmethod
    def on_line(cls, line: int, field: str, value: str | None = None, **data: object) -> InvalidValue:
        """This error about *value* of *field* on an order's line (from 1)."""
        return cls(where=Where(row=line, field=field, value=value), **data)

    @property
    def problems(self) -> tuple[InvalidValue, ...]:
        """Everything that is wrong: this alone, or all of a record's faults."""
        return (self,)


class InvalidRecord(InvalidValue):
    """Several values of one record are wrong; `problems` has each."""

    code = "customers.invalid_record"
    sentence = N_("{count} values are not as they should be. The first: {first}")
    advice = N_("Correct each of these fields: {fields}.")

    def __init__(self, found: Sequence[InvalidValue]) -> None:
        self._found = tuple(found)
        names = ", ".join(dict.fromkeys(problem.where.field or "?" for problem in found))
        super().__init__(where=found[0].where, count=len(found), fields=names)

    def explain(self, language: str) -> Explanation:
        """The first fault's sentence, and the names of all the fields."""
        self.data["first"] = self._found[0].explain(language).sentence
        return super().explain(language)

    @property
    def problems(self) -> tuple[InvalidValue, ...]:
        """Each fault, in the order of the fields."""
        return self._found


class UnknownField(InvalidValue):
    """The notice has no place for it (P1)."""

    code = "customers.unknown_field"
    sentence = N_("The register has no such field.")
    advice = N_("Only what the privacy notice names can be stored: {known}.")


class NameMissing(InvalidValue):
    """A customer without a name."""

    code = "customers.name_missing"
    sentence = N_("The customer has no name.")
    advice = N_("Give a person a first or last name, an organisation its name.")


class NotForThisKind(InvalidValue):
    """A person's field on an organisation, or the other way round."""

    code = "customers.not_for_this_kind"
    sentence = N_("This field does not belong to a customer of this kind.")
    advice = N_(
        "First and last name belong to persons; a person represents an organisation, not the other way round."
    )


class TooLong(InvalidValue):
    """Longer than the field takes."""

    code = "customers.too_long"
    sentence = N_("The value is longer than {limit} characters.")
    advice = N_("Shorten it. A long value often means that columns have been mixed up.")


class NotAChoice(InvalidValue):
    """Not one of the words that the field knows."""

    code = "customers.not_a_choice"
    sentence = N_("The field does not know this word.")
    advice = N_("Write one of these: {choices}.")


class BadNumber(InvalidValue):
    """A customer number of an unknown shape."""

    code = "customers.bad_number"
    sentence = N_("A customer number has 1 to 20 letters, digits or hyphens.")
    advice = N_("Correct it, or leave it out: the register then gives the next free number.")


class BadBusinessId(InvalidValue):
    """A business id that fails its check digit."""

    code = "customers.bad_business_id"
    sentence = N_("This is not a Finnish business id.")
    advice = N_(
        "It has seven digits, a hyphen and a check digit, as in 2077474-0. Check it in the YTJ service."
    )


class BadEmail(InvalidValue):
    """Not an e-mail address."""

    code = "customers.bad_email"
    sentence = N_("This is not an e-mail address.")
    advice = N_("Write it as name@example.fi, one address only.")


class BadPhone(InvalidValue):
    """Not a telephone number."""

    code = "customers.bad_phone"
    sentence = N_("This is not a telephone number.")
    advice = N_("Write a Finnish number as 040 123 4567, a foreign one with + and the country's code.")


class BadWww(InvalidValue):
    """Not a www address."""

    code = "customers.bad_www"
    sentence = N_("This is not a www address.")
    advice = N_("Write it as https://www.example.fi, without a password in it.")


class BadPostcode(InvalidValue):
    """Not a postcode of the country."""

    code = "customers.bad_postcode"
    sentence = N_("This is not a postcode.")
    advice = N_("A Finnish postcode has five digits; with another one, give the country as well.")


class BadCountry(InvalidValue):
    """Not a country's code."""

    code = "customers.bad_country"
    sentence = N_("This is not the code of a country.")
    advice = N_("Write the two letters of ISO 3166, as FI or SE.")


class BadIban(InvalidValue):
    """An account number that fails its check digits."""

    code = "customers.bad_iban"
    sentence = N_("This is not an IBAN account number.")
    advice = N_("Check it against the customer's own paper; its check digits do not match.")


class BadIp(InvalidValue):
    """Not an IP address."""

    code = "customers.bad_ip"
    sentence = N_("This is not an IP address.")
    advice = N_("Write an IPv4 or IPv6 address, as 192.0.2.1 or 2001:db8::1.")


class BadOrderLine(InvalidValue):
    """An order line that cannot be invoiced."""

    code = "customers.bad_order_line"
    sentence = N_("This cannot stand on an order line.")

    def explain(self, language: str) -> Explanation:
        """The advice is the rule that was broken."""
        return replace(super().explain(language), advice=tr(str(self.data["rule"]), language))


class ErasedBefore(InvalidValue):
    """Somebody of this number, or of this name and contact, was erased; nothing brings them back by itself (P24)."""

    code = "customers.erased_before"
    sentence = N_("This person was erased from the register, and is not brought back.")
    advice = N_(
        "If the person has become a customer again of their own will, add them by hand and say why: "
        "rekisteri customer add --returning REASON."
    )


class CustomerNotFound(NotFound):
    """No such customer."""

    code = "customers.not_found"
    sentence = N_("There is no customer {number}.")
    advice = N_("Search by name or part of the address: rekisteri customer search.")


class OrderNotFound(NotFound):
    """No such order."""

    code = "customers.order_not_found"
    sentence = N_("There is no order {number}.")
    advice = N_("See the customer's orders: rekisteri order list.")


class NumberTaken(Refused):
    """Another customer has the number."""

    code = "customers.number_taken"
    sentence = N_("Another customer already has the number {number}.")
    advice = N_("Open that customer, or leave the number out.")


class ChangedMeanwhile(Conflict):
    """The record is not the one that was looked at."""

    code = "customers.changed_meanwhile"
    sentence = N_("{who} changed this at {when}, after you had opened it.")
    advice = N_("Nothing of yours was stored. Open it again, and make your change to what it is now.")


class CustomerErased(Refused):
    """The customer has been erased."""

    code = "customers.erased"
    sentence = N_("Customer {number} has been erased.")
    advice = N_("Nothing more can be stored about an erased customer.")


class CustomerRestricted(Refused):
    """Processing is restricted (Article 18)."""

    code = "customers.restricted"
    sentence = N_("Processing of customer {number} is restricted: the data is kept, not changed or used.")
    advice = N_(
        "Lift the restriction first, after telling the customer, or name the ground of Article 18(2) that you act on."
    )


class BanInForce(Refused):
    """The same ban is already in force."""

    code = "customers.ban_in_force"
    sentence = N_("This ban is already in force since {since}.")
    advice = N_("Nothing needs to be done.")


class NoSuchBan(Refused):
    """There is no such ban to lift."""

    code = "customers.no_such_ban"
    sentence = N_("The customer has no such ban in force.")
    advice = N_("See the customer's bans: rekisteri customer show.")


class RestrictionInForce(Refused):
    """Already restricted on this ground."""

    code = "customers.restriction_in_force"
    sentence = N_("Processing is already restricted on this ground since {since}.")
    advice = N_("Nothing needs to be done.")


class NoSuchRestriction(Refused):
    """There is no such restriction to lift."""

    code = "customers.no_such_restriction"
    sentence = N_("The customer has no such restriction in force.")
    advice = N_("See the customer's restrictions: rekisteri customer show.")


class TellFirst(Refused):
    """Article 18(3): the person hears of it before it happens."""

    code = "customers.tell_first"
    sentence = N_(
        "The restriction cannot be lifted: the customer has not been told of it before (Article 18(3))."
    )
    advice = N_("Tell the customer, and write down when and how: rekisteri customer told. Then lift it.")


class RelationshipEnded(Refused):
    """The relationship has ended already."""

    code = "customers.relationship_ended"
    sentence = N_("The relationship with customer {number} has ended.")
    advice = N_("Begin it anew before taking an order.")


class WrongOrderState(Refused):
    """The order's state does not allow it."""

    code = "customers.wrong_order_state"
    sentence = N_("Order {number} is {state}; this cannot be done to it now.")
    advice = N_("Open it again: it may have been sent, archived or cancelled meanwhile.")

    def explain(self, language: str) -> Explanation:
        """With the state's name in *language*."""
        self.data["state"] = tr(ORDER_STATE_NAMES[str(self.data["state_code"])], language)
        return super().explain(language)


class OrderWithoutLines(InvalidInput):
    """An order of nothing."""

    code = "customers.order_without_lines"
    sentence = N_("The order has no lines.")
    advice = N_("Give at least one line with a product, quantity and price.")
