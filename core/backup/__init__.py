"""Encrypted backups of the whole register, one stream of records, restored into either database.

The file is an age file (age-encryption.org/v1) of gzipped JSON Lines: whoever has the key can read it without this
program.  It never holds the master key, the log's key or the fence, which are kept apart (docs/backup.md).
"""
