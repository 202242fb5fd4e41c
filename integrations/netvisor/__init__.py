"""Netvisor (Visma): customers and sales invoices out, the states of invoices back."""
