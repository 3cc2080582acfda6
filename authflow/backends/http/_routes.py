"""The way to an endpoint: its host, and the proxy before it."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from authflow.backends.http._wire import Headers
from authflow.core._validation import require_text
from authflow.core.errors import InvalidInput

_PORTS: Final = {"http": 80, "https": 443}
_MAX_URL_LENGTH: Final = 2048  # characters
_NO_URL: Final = "must be an http:// or https:// URL with a host"
_NO_PROXY: Final = "must be an http:// URL with a host: https:// and socks proxies are not supported"


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """How to send requests to a URL.

    Attributes:
        host: the endpoint's host.
        is_tls: whether the endpoint is https.
        address: host and port of the TCP connection: the proxy's, or the endpoint's.
        target: the target of the request line.
        headers: the headers that each request has on this route.
        tunnel: the authority that CONNECT names, if a proxy must forward TLS.
        tunnel_headers: the headers of CONNECT.
    """

    host: str
    is_tls: bool
    address: tuple[str, int]
    target: str
    headers: Headers = field(repr=False)
    tunnel: str | None = None
    tunnel_headers: Headers = field(default=(), repr=False)


def find_route(url: str, proxy: str | None, proxy_field: str = "proxy") -> Route:
    """Return the route to a URL.

    Args:
        url: the endpoint.
        proxy: the URL of a proxy; None if there is none.
        proxy_field: what names the proxy, for the error.

    Raises:
        InvalidInput: a URL can't be used. The error does not show it, because it may hold a password.
    """
    endpoint = _parse_endpoint(url)
    if "@" in endpoint.netloc:
        raise InvalidInput("endpoint_url", "must not have a username or password")
    host, port = _get_address(endpoint)
    target = (endpoint.path or "/") + (f"?{endpoint.query}" if endpoint.query else "")
    authority = f"[{host}]" if ":" in host else host
    named = authority if port == _PORTS[endpoint.scheme] else f"{authority}:{port}"
    host_header = (("Host", named),)
    is_tls = endpoint.scheme == "https"
    if proxy is None:
        return Route(host, is_tls, (host, port), target, host_header)
    parts = parse_proxy(proxy, proxy_field)
    address, credentials = _get_address(parts), _make_authorization(parts)
    if is_tls:
        return Route(host, is_tls, address, target, host_header, f"{authority}:{port}", credentials)
    return Route(host, is_tls, address, f"http://{named}{target}", host_header + credentials)


def find_environment_proxy(url: str, *, allow_any: bool) -> str | None:
    """Return the proxy that the environment names for a URL, by the rules of ``urllib.request``.

    Args:
        url: the endpoint.
        allow_any: whether ALL_PROXY counts, which ``urllib`` does not know.

    Raises:
        InvalidInput: the endpoint is not a URL that can be used.
    """
    parts = _parse_endpoint(url)
    proxies = getproxies()
    named = proxies.get(parts.scheme) or (proxies.get("all") if allow_any else None)
    if not named or proxy_bypass(parts.netloc):
        return None
    return named if "://" in named else f"http://{named}"


def parse_proxy(url: str, proxy_field: str) -> SplitResult:
    """Return the parts of a proxy's URL.

    Raises:
        InvalidInput: it is not the URL of a proxy that can be used.
    """
    return _parse(proxy_field, url, ("http",), _NO_PROXY)


def _parse_endpoint(url: str) -> SplitResult:
    return _parse("endpoint_url", url, ("http", "https"), _NO_URL)


def _parse(name: str, url: str, schemes: tuple[str, ...], problem: str) -> SplitResult:
    require_text(name, url, at_most=_MAX_URL_LENGTH)
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")  # as the look-up of the address does
        is_usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidInput(name, problem)
    return parts


def _get_address(parts: SplitResult) -> tuple[str, int]:
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def _make_authorization(proxy: SplitResult) -> Headers:
    if proxy.username is None:
        return ()
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return (("Proxy-Authorization", f"Basic {b64encode(pair.encode()).decode()}"),)
