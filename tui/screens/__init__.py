"""One file a screen, one folder an area."""
