"""What is held about a person, where, and what becomes of it: the one inventory that access, retention and erasure read.

A test compares it with the database's shape, so that no table or column is added without saying whose data it holds,
whether the person sees it and what erasure does to it (GDPR 15, 17, 30).
"""
