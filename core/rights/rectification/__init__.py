"""Rectification (GDPR 16, 19; P20): proposed with evidence, decided, changed, and everybody told who has the old value."""
