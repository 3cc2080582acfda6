"""A shorter name of ``authflow.machines.sign_in.table``."""

from authflow.machines.sign_in import table as _table
from authflow.machines.sign_in.table import *  # noqa: F403 - all of its public names

__all__ = _table.__all__
