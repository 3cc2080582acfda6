"""_steps."""
