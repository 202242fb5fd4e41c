"""The people and organisations of the register: what is known of them (P1), how it is known, and their orders (P2)."""
