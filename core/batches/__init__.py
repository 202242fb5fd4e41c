"""Work on many customers at once from one file: a first load or an address update, each a batch with a number.

A batch knows its file by digest, how far it has come, and what became of each row; it goes on after any
interruption where the last committed chunk ended. `customer_change.batch_id` is its number.
"""
