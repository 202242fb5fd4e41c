"""Disclosure: purposes, recipients, policy, the gate and its log."""
