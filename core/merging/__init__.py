"""Finding customers that are one person or firm, and making one of two: nothing is lost, and nothing loosened."""
