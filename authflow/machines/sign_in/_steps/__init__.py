"""The steps of a sign-in: functions that make the state of a node. Each mechanism has a module."""
