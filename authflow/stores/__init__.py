"""Stores keep flows between two requests, and remembered devices between two sign-ins."""

__all__: list[str] = []
