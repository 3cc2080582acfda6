"""The conditions that a backend does not hold, as docs/backends.md names them. Each is a strict expected failure."""

from typing import Final

TCP: Final = "TCP"
TLS: Final = "TLS"

BOTH: Final = (TCP, TLS)
_GIVEN: Final = "Boto3Backend(client)"

_EXAMPLE: Final = "example"
_NO_LIMIT_OF_TIME: Final = "the time between two bytes is limited, but not the whole call"
_NO_LIMIT_OF_SIZE: Final = "all of a response is read"

# condition: subject: (transports, reason)
REMAINING: Final[dict[str, dict[str, tuple[tuple[str, ...], str]]]] = {
    "102 or 103 before the response": {
        _GIVEN: (BOTH, "http.client skips 100 only: the call fails, and the client's connections are closed")
    },
    "endless hints": {_EXAMPLE: (BOTH, _NO_LIMIT_OF_TIME)},
    "a response of 8,192 bytes, and another in the same record": {
        _GIVEN: ((TLS,), "urllib3 asks the socket what is left, but not OpenSSL")
    },
    "a response without the end of its trailers": {_GIVEN: (BOTH, "urllib3 accepts it")},
    "a dripping head": {_GIVEN: (BOTH, _NO_LIMIT_OF_TIME), _EXAMPLE: (BOTH, _NO_LIMIT_OF_TIME)},
    "a dripping body": {_GIVEN: (BOTH, _NO_LIMIT_OF_TIME), _EXAMPLE: (BOTH, _NO_LIMIT_OF_TIME)},
    "a dripping proxy": {_GIVEN: ((TLS,), _NO_LIMIT_OF_TIME), _EXAMPLE: ((TLS,), _NO_LIMIT_OF_TIME)},
    "a proxy that never forwards": {_EXAMPLE: ((TLS,), _NO_LIMIT_OF_TIME)},
    "a huge body": {_GIVEN: (BOTH, _NO_LIMIT_OF_SIZE), _EXAMPLE: (BOTH, _NO_LIMIT_OF_SIZE)},
    "a compressed response": {_EXAMPLE: (BOTH, "httpx unpacks it")},
    "a compressed response of a huge body": {_EXAMPLE: (BOTH, _NO_LIMIT_OF_SIZE)},
}
