"""The service's own model: what requests, replies and errors may look like."""
