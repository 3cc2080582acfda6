"""A shorter name of ``authflow.machines.sign_in``."""

from authflow.machines.sign_in import Flow, State, begin

__all__ = ["Flow", "State", "begin"]
