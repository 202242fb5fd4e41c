"""The fire drill: on a copy, an invented person is told everything and erased, and the minutes say how it went."""
