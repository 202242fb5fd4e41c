"""Customers: the list, the card, the form."""
