"""Credit checks: the enquiry and the person's decision."""
