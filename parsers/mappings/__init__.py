"""What a mapping says, and what a feed has settled: parsed, checked, nothing of a file in it."""
