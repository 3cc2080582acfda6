"""Machines: one package for each kind of conversation with Cognito. Its module ``table`` has all transitions."""

__all__: list[str] = []
