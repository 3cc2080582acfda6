"""_messages."""
