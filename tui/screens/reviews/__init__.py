"""Screens of reviewers: what is new, what waits for a second person, findings, charts, signing off."""
