"""Fault injection: a backend for tests of applications that use authflow."""

from authflow.testing._faults import Fault, FaultyBackend

__all__ = ["Fault", "FaultyBackend"]
