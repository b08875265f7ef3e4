"""Tracking rows to messages: which rows a search wants, what became of a message, and what the logs lack."""
