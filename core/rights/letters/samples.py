"""Letters to somebody made up, so that templates can be tried: each with everything in it, and with as little as there can be."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from core.messages import LANGUAGES
from core.rights.letters.facts import house, nothing
from core.rights.letters.service import compiled, pages_of
from core.rights.letters.types import LetterKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.documents.typesetter import Typesetter
    from core.register import Register

DAY: Final = date(2026, 11, 23)
_KINDS: Final = {
    LetterKind.RECTIFIED: "rectification",
    LetterKind.RECTIFICATION_REFUSED: "rectification",
    LetterKind.ERASED: "erasure",
    LetterKind.ERASURE_REFUSED: "erasure",
    LetterKind.ERASURE_POSTPONED: "erasure",
    LetterKind.RESTRICTED: "restriction",
    LetterKind.RESTRICTION_ENDS: "restriction",
    LetterKind.OBJECTION: "objection",
    LetterKind.PORTABILITY: "portability",
    LetterKind.BAN: "marketing_ban",
}
_FULL: Final[dict[str, dict[str, Any]]] = {
    "fi": {
        "words": [
            ["Lähettäkää meille kopio asiakirjasta, josta osoitteenne näkyy."],
            ["Se voi olla laskukin."],
        ],
        "reasons": [
            ["Teillä on meille avoin lasku.", "Se erääntyi 1.11.2026."],
            ["Tarvitsemme tietoja siihen asti."],
        ],
        "changed": [
            {"name": "lähiosoite", "old": "Koivukatu 1", "new": "Haapakuja 2 A 14"},
            {"name": "postinumero", "old": "00100", "new": "90100"},
        ],
        "refused": [{"name": "sukunimi", "old": "Mäkelä", "new": "Mäkelä-Virtanen"}],
        "holds": [
            "Lasku on avoin (12). Este poistuu, kun lasku on maksettu. Peruste: oikeusvaatimukset.",
            "Kirjanpitoaineisto on säilytettävä. Tiedot säilytetään 31.12.2032 asti. Peruste: kirjanpitolaki.",
        ],
        "bans": ["suoramainonta", "etämyynti"],
        "grounds": ["tiedon oikeellisuus on kiistetty"],
        "told": ["Tilitoimisto Esimerkki Oy", "Perintä Oy"],
        "enclosures": ["Tietonne (PDF, 4 sivua)", "samat tiedot koneluettavina (JSON)"],
        "until": "31.12.2032",
        "source": "osoitepalvelu",
    },
    "en": {
        "words": [["Please send us a copy of a document that shows your address."], ["A bill will do."]],
        "reasons": [
            ["You have an open invoice with us.", "It fell due on 1 November 2026."],
            ["We need the data until it is paid."],
        ],
        "changed": [
            {"name": "street address", "old": "Koivukatu 1", "new": "Haapakuja 2 A 14"},
            {"name": "postcode", "old": "00100", "new": "90100"},
        ],
        "refused": [{"name": "last name", "old": "Mäkelä", "new": "Mäkelä-Virtanen"}],
        "holds": [
            "An invoice is open (12). This ends when the invoice is paid. Basis: legal claims.",
            "Bookkeeping material must be kept. The data is kept until 31 December 2032. Basis: Accounting Act.",
        ],
        "bans": ["direct advertising", "distance selling"],
        "grounds": ["the accuracy of the data is contested"],
        "told": ["Tilitoimisto Esimerkki Oy", "Perintä Oy"],
        "enclosures": ["Your data (PDF, 4 pages)", "the same data for programs (JSON)"],
        "until": "31 December 2032",
        "source": "address service",
    },
}


def sample(register: Register, kind: LetterKind, language: str, *, full: bool) -> dict[str, Any]:
    """A letter's data: with everything that a letter can say, or with nothing that it can do without."""
    finnish = language == "fi"
    return {
        **nothing(),
        **house(register.config, language),
        "language": language,
        "kind": _KINDS.get(kind, "access"),
        "channel": "letter",
        "number": "12",
        "day": "23.11.2026" if finnish else "23 November 2026",
        "received": "20.11.2026" if finnish else "20 November 2026",
        "due": "21.12.2026" if finnish else "21 December 2026",
        "extended": "22.2.2027" if finnish else "22 February 2027",
        "decision": "granted" if full else "refused",
        "recipient": ["Maija Mäkelä", "Koivukatu 1", "00100 HELSINKI"] if full else ["Maija Mäkelä"],
        "name": "Maija Mäkelä",
        "signer": "Raija Rekisteri",
        **(_FULL[language] if full else {"words": _FULL[language]["words"]}),
        "restricted": full,
    }


def try_templates(register: Register, typesetter: Typesetter) -> Iterator[tuple[LetterKind, str]]:
    """Set every letter in every language, as full and as empty as it can be; each that is right is told.

    Raises:
        TemplatesUnreadable, TemplateBroken, CannotTypeset: the first that is not, with file and line where they are known.
    """
    folder = register.config.rights.letter_templates
    for kind in LetterKind:
        for language in LANGUAGES:
            for full in (True, False):
                data = sample(register, kind, language, full=full)
                compiled(register, typesetter.pdf, pages_of(folder, kind, language, data, DAY))
            yield kind, language
