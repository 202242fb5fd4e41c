"""Erasure (GDPR 17, P10, P24): holds asked first, recipients told first, every row by the inventory, proved by reading back."""
