"""The access package (GDPR 15): everything that is held about a person, in one action, for people and for programs.

::

    gathering   every table of the inventory, row by row; sealed columns opened (opening), others' data kept back (withheld)
    words_read  free words that may name somebody else, for the handler's eye
    retained    how long what is kept, and what holds it
    document    the whole as JSON by a published schema (schema)
    pages       the same in words, as tagged PDF, in Finnish or English (values: codes in words)
    archive     the files, counts and digests, encrypted under a passphrase
    service     made for a case, looked through, handed over by the gate
"""
