"""Notices: whoever was given a value that has changed since is told, where the agreement or the law says so."""
