"""Backends send requests to Cognito: one module for each transport."""

__all__: list[str] = []
