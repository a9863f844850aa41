"""From the bytes of a message to its attachments."""
