"""_users."""
