"""Machines: one package for each conversation with Cognito, each with its ``table`` on one screen."""

__all__: list[str] = []
