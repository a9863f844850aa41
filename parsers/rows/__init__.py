"""From records to rows: what a file decides as a whole, its fields, repairs, notes."""
