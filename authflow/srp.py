"""A shorter name of ``authflow.core.srp``."""

from authflow.core import srp as _srp
from authflow.core.srp import *  # noqa: F403 - all of its public names

__all__ = _srp.__all__
