"""The conditions that a backend does not hold, as docs/backends.md names them. Each is a strict expected failure."""

from typing import Final

TCP: Final = "TCP"
TLS: Final = "TLS"

BOTH: Final = (TCP, TLS)
_GIVEN: Final = "Boto3Backend(client)"

# condition: subject: (transports, reason)
REMAINING: Final[dict[str, dict[str, tuple[tuple[str, ...], str]]]] = {
    "102 or 103 before the response": {
        _GIVEN: (BOTH, "http.client skips 100 only; the backend ends the call and the client's connections")
    },
    "a response of 8,192 bytes, and another in the same record": {
        _GIVEN: ((TLS,), "urllib3 asks the socket what is left, not OpenSSL")
    },
    "a response that is cut off behind a whole JSON object": {_GIVEN: (BOTH, "botocore accepts it")},
    "a dripping head": {_GIVEN: (BOTH, "botocore limits the time between two bytes only")},
    "a dripping body": {_GIVEN: (BOTH, "botocore limits the time between two bytes only")},
    "a dripping proxy": {_GIVEN: ((TLS,), "botocore limits the time between two bytes only")},
    "a huge body": {_GIVEN: (BOTH, "botocore reads all of it")},
}
