"""The demo: an invented company, its invented customers, its partners on loopback, and a day's work among them."""
