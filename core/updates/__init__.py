"""Batch address updates: ask a service who has moved, and apply its answer without wronging anybody.

::

    selection   who may be asked about  → the gate → the partner
    mapping     the answer's columns and codes → what they mean
    matching    the row's own key → a customer
    policy      what may be done to that customer: pure, one decision a row
    staging     prepare: read and foresee, nothing of a customer changed
    applying    apply: decide again on what is true now, and write, chunk by chunk
    report      what became of each row
"""
