"""_triggers."""
