"""Resting flows as text: plain or sealed, so that another process can resume them."""

__all__: list[str] = []
