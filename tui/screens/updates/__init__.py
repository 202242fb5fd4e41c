"""Batch address updates: choose, preview, run."""
