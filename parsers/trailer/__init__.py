"""What stands among and after the rows and is none of them, and what it states."""
