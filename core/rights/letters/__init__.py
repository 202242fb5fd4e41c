"""Letters to the person: what each says, from Typst templates that the company can change; preview, PDF, hand-over."""
