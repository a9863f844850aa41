"""All records of a table at once, as columns of text."""
