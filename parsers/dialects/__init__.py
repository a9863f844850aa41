"""Which dialect a text is written in: candidates, trials, evidence."""
