"""Registrations from the company's own site: a file of JSON Lines in, nothing out."""
