"""Cognito over httpx, without AWS's SDK. The only package that imports httpx, which the extra ``httpx`` installs."""

from authflow.backends.httpx._asynchronous import AsyncHttpxBackend
from authflow.backends.httpx._blocking import HttpxBackend

__all__ = ["AsyncHttpxBackend", "HttpxBackend"]
