"""Backends on httpx, without the AWS SDK. The extra ``httpx`` installs httpx; only this package imports it."""

from authflow.backends.httpx._asynchronous import AsyncHttpxBackend
from authflow.backends.httpx._blocking import HttpxBackend

__all__ = ["AsyncHttpxBackend", "HttpxBackend"]
