"""Boto3Backend: signs requests with boto3, which is imported when the first backend is made."""

from authflow.backends._extras import needing

with needing("boto3", "Boto3Backend"):
    from authflow.backends.boto3._backend import Boto3Backend

__all__ = ["Boto3Backend"]
