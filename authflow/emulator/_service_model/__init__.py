"""_service_model."""
