"""One value: what it looks like, what an id is, and what is said of one that cannot be read."""
