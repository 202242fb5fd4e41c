"""Paper documents: what about, where, who may open them, and when and by whom they were destroyed (P12)."""
