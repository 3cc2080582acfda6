"""Snapshots: a resting flow as text, plain or sealed, to go on with in another process."""

__all__: list[str] = []
