"""The hub and one folder a partner: what speaks to the world outside."""
