"""The person's statement: to whom, what, why and when, and who has looked; with proof that nothing is left out.

::

    scan        every transfer's lines against the signed log, with the person's own key (tags)
    disclosures each line of the person's in full: recipient, purpose, basis, data, outcome, receipt
    consultations the access log, staff under pseudonyms
    service     both together: `statement_of`
    words, data the statement as text (fi, en) and as JSON
"""
