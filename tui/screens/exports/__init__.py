"""Exports, labels, directories and letters: choose, preview, let leave, see the result."""
