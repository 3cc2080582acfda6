"""Backends carry requests to Cognito: one module for each way."""

__all__: list[str] = []
