"""Backends: one module for each way to Cognito."""
