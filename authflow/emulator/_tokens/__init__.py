"""Tokens: issuing, claims and verification."""
