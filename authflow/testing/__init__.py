"""For tests of applications that use authflow: a backend that injects faults."""

from authflow.testing._faults import Fault, FaultyBackend

__all__ = ["Fault", "FaultyBackend"]
