"""What the rows of a file are: which of them count, and which belong together."""
