"""Boto3Backend: signs requests with boto3, which is imported when the first backend is made."""

from authflow._extras import explain_missing

with explain_missing("Boto3Backend"):
    from authflow.backends.boto3._backend import Boto3Backend

__all__ = ["Boto3Backend"]
