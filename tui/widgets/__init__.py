"""Parts of a screen.  Each draws its own lines; none knows where its data comes from."""
