"""Which of the many encodings of one or two bytes a character a text is written in."""
