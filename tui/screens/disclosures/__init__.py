"""The disclosure log, its entries, and transfers in doubt."""
