"""For tests of what is built on authflow: a backend that injects faults."""

from authflow.testing._faults import Fault, FaultyBackend

__all__ = ["Fault", "FaultyBackend"]
