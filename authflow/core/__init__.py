"""The engine and its values.

Nothing here does I/O, and only ``authflow.core.clock`` reads the system's clock and random source.
"""

__all__: list[str] = []
