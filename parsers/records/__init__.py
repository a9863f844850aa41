"""From characters to records, one by one: the dialect, and what quotes do."""
