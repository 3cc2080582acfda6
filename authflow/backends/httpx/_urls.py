"""The URLs to which requests are sent."""

from functools import lru_cache

import httpx

from authflow.backends._endpoints import find_endpoint
from authflow.core._validation import require_text
from authflow.core.errors import InvalidInput
from authflow.core.requests import Request


class Urls:
    """Finds the URL for a request."""

    def __init__(self, region: str | None, endpoint_url: str | None) -> None:
        in_region = None if region is None else _parse_url(find_endpoint(region))
        self._url = in_region if endpoint_url is None else _parse_endpoint(endpoint_url)
        self.region = region if endpoint_url is None else None

    def find(self, request: Request) -> httpx.URL:
        """Return the URL to which a request is sent."""
        return self._url or _parse_url(find_endpoint(request.region))


def _parse_endpoint(endpoint_url: str) -> httpx.URL:
    try:
        url = httpx.URL(require_text("endpoint_url", endpoint_url, at_most=2048))
    except httpx.InvalidURL:
        raise InvalidInput("endpoint_url", "is not a URL") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise InvalidInput("endpoint_url", "must be an http:// or https:// URL with a host")
    return url


@lru_cache
def _parse_url(text: str) -> httpx.URL:
    return httpx.URL(text)
