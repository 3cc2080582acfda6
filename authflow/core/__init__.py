"""The engine and its values. Nothing here does I/O; only ``authflow.core.clock`` knows the time."""

__all__: list[str] = []
