"""What the settings are made of: kinds of value, with the words that tell what was expected."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.messages import N_

ONE_CHARACTER = N_("one character")
BUSINESS_ID = N_("a business id such as 1234567-8")
COUNTRY = N_("a country as two capital letters, such as FI")
POSITIVE = N_("a whole number from 1 up")
NOT_NEGATIVE = N_("a whole number from 0 up")
AN_HOUR = N_("an hour from 0 to 24")
A_LIKENESS = N_("a likeness from 0 to 100")
TWO_PLACES = N_("the first and the last place in brackets, such as [11, 40]")
MILLIMETRES = N_("millimetres such as 37.5")
NAME_IN_LOG = N_("a name such as example.fi/customers, without spaces or +")

Days = Annotated[int, Meta(ge=0, extra={"expected": NOT_NEGATIVE})]
Count = Annotated[int, Meta(ge=1, extra={"expected": POSITIVE})]
Likeness = Annotated[int, Meta(ge=0, le=100, extra={"expected": A_LIKENESS})]
Places = Annotated[tuple[Count, Count], Meta(extra={"expected": TWO_PLACES})]
Hour = Annotated[int, Meta(ge=0, le=24, extra={"expected": AN_HOUR})]
Character = Annotated[str, Meta(min_length=1, max_length=1, extra={"expected": ONE_CHARACTER})]
BusinessId = Annotated[str, Meta(pattern=r"^[0-9]{7}-[0-9]$", extra={"expected": BUSINESS_ID})]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", extra={"expected": COUNTRY})]
Line = Annotated[str, Meta(min_length=1, extra={"expected": N_("text that is not empty")})]
Extent = Annotated[float, Meta(gt=0, le=2000, extra={"expected": MILLIMETRES})]
Distance = Annotated[float, Meta(ge=0, le=2000, extra={"expected": MILLIMETRES})]
Origin = Annotated[str, Meta(pattern=r"^[^\s+]+$", extra={"expected": NAME_IN_LOG})]

Language = Literal["fi", "en"]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the configuration."""
