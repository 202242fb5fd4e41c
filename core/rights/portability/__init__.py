"""Portability (GDPR 20): what the person has given us, for another controller's program, and such a file taken in.

::

    choosing    which of the person's values were given by the person, for a contract or by consent; what is left out and why
    form        the published form, `customer-portability/v1`, and its schema; strict when read
    files       the same as JSON, CSV and vCard
    service     made for a case and handed over by the gate, as the access package is
    taking_in   a file of this form taken into the register, by the machinery of first loads
"""
