"""Orders: whose, what, and off to accounting."""
