"""The order of elements that Netvisor's published DTDs ask for, as far as our documents use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from integrations.answers import Node

ORDERS: Final[dict[str, tuple[str, ...]]] = {
    "customerbaseinformation": tuple(
        "internalidentifier externalidentifier organizationunitnumber name nameextension streetaddress "  # noqa: SIM905
        "additionaladdressline city postnumber country customergroupname phonenumber faxnumber email homepageuri "
        "isactive isprivatecustomer emailinvoicingaddress".split()
    ),
    "salesinvoice": tuple(
        "salesinvoicenumber salesinvoicedate salesinvoicedeliverydate salesinvoicereferencenumber "  # noqa: SIM905
        "salesinvoiceamount selleridentifier sellername invoicetype salesinvoicestatus "
        "salesinvoicefreetextbeforelines salesinvoicefreetextafterlines salesinvoiceourreference "
        "salesinvoiceyourreference salesinvoiceprivatecomment invoicingcustomeridentifier invoicingcustomername "
        "invoicingcustomernameextension invoicingcustomeraddressline invoicingcustomeradditionaladdressline "
        "invoicingcustomerpostnumber invoicingcustomertown invoicingcustomercountrycode deliverymethod deliveryterm "
        "salesinvoicetaxhandlingtype paymenttermnetdays paymenttermcashdiscountdays paymenttermcashdiscount "
        "expectpartialpayments printchannelformat invoicelines".split()
    ),
    "salesinvoiceproductline": tuple(
        "productidentifier productname productunitprice productunitpurchaseprice productvatpercentage "  # noqa: SIM905
        "salesinvoiceproductlinequantity salesinvoiceproductlinediscountpercentage "
        "salesinvoiceproductlinefreetext".split()
    ),
}


def misplaced(node: Node) -> str | None:
    """The first element, at any depth, that stands where the DTD does not have it; None when all is in order."""
    order = ORDERS.get(node.name)
    if order is not None:
        places = [order.index(child.name) if child.name in order else -1 for child in node.children]
        for child, place, before in zip(node.children, places, [-1, *places[:-1]], strict=True):
            if place <= before:
                return child.name
    for child in node.children:
        wrong = misplaced(child)
        if wrong is not None:
            return wrong
    return None
