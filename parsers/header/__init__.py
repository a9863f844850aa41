"""The header of a table: which line it is, and where the mapped columns are."""
