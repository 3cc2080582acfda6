"""A shorter name of ``authflow.core.machine`` and ``authflow.core.transitions``."""

from authflow.core.machine import Machine
from authflow.core.transitions import SAME, Row, TransitionTable

__all__ = ["SAME", "Machine", "Row", "TransitionTable"]
