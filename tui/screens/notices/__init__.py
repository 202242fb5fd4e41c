"""Screens: recipients who hold an old value, and what they are told."""
