"""Registrations from the site that wait for a person."""
