"""_tokens."""
