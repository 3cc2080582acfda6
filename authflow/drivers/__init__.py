"""Drivers run flows: they send the requests of a flow until it pauses for a person or has ended."""

__all__: list[str] = []
