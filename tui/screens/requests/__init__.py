"""The contact person's day: people's requests from the letter to the answer."""
