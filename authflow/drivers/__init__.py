"""Drivers step flows: they send each request, and go on until a person is asked or the flow has ended."""

__all__: list[str] = []
