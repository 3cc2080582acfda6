"""Explicit state machines for Amazon Cognito sign-in."""

__version__ = "0.1.0"
