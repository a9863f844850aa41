"""Everything in a home held against everything else: what is wrong, and what mends it."""
