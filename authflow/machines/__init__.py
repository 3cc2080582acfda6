"""Conversations with Cognito: one package for each, with all transitions in its module ``table``."""

__all__: list[str] = []
