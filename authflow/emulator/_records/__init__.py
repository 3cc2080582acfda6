"""_records."""
