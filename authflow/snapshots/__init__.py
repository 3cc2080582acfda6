"""Snapshots: a resting flow as text, plain or sealed, so that another process can resume it."""

__all__: list[str] = []
