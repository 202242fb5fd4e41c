"""How long what is kept, and why: periods, holds, the list of what has fallen due (GDPR 5(1)(e), P10, P11)."""
