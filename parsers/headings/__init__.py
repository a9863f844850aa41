"""What the names of columns are about, in the languages of the larger markets."""
