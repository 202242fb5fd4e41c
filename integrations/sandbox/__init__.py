"""Partners' services on loopback: the real wire format, faults to switch on, every byte received kept.

For tests, for trying things out and for the demo.  They behave as the partners' documents say; where those say nothing
they are our guess, and docs/partners.md names which.
"""
