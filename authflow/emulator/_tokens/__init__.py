"""Tokens and what they claim."""
