"""Posti's postal codes: the files read, loaded, and what they say about an address. Nothing of a person is in them.

::

    reader     PCF and BAF, fixed width → records; strict, one bad record refuses the file
    loading    a file into the register's own tables, whole or not at all
    knowledge  what is known of the postcodes and streets of some addresses, read at once
    judging    pure: whether an address can be so, and what it probably is
    worklist   the register's addresses that somebody should look at
"""
