"""A register of invented people to try the program on; nothing here knows a real person."""
