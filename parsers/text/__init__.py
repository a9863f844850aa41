"""From bytes to characters: encodings, what is no text, physical lines."""
