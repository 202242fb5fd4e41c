"""Review: what is looked at, by whom and when, after data has left; and the second pair of eyes before it leaves."""
