"""The conditions that a backend does not hold. Each is a strict expected failure.

The reasons are the words of docs/backends.md, and of the example.
"""

from typing import Final

TCP: Final = "TCP"
TLS: Final = "TLS"
BOTH: Final = (TCP, TLS)
GIVEN: Final = "Boto3Backend(client)"
EXAMPLE: Final = "example"

_TIME: Final = "The time between two bytes is limited, but not the whole call"
_SIZE: Final = "All of a response is read to memory, however long it is."
_NO_TIME: Final = "httpx limits the time between two bytes, so a server that sends slowly is never given up."
_NO_SIZE: Final = "httpx reads all of it, and unpacks it if it is compressed."

# condition: subject: (transports, reason)
REMAINING: Final[dict[str, dict[str, tuple[tuple[str, ...], str]]]] = {
    "102 or 103 before the response": {
        GIVEN: (BOTH, "After a provisional response such as 103 Early Hints, the call fails")
    },
    "a response of 8,192 bytes, and another in the same record": {
        GIVEN: ((TLS,), "one record contains two responses and the first one fills urllib3's buffer (8,192 bytes)")
    },
    "a response without the end of its trailers": {
        GIVEN: (BOTH, "A chunked response without the end of its trailers is accepted.")
    },
    "endless hints": {EXAMPLE: (BOTH, _NO_TIME)},
    "a dripping response": {GIVEN: (BOTH, _TIME), EXAMPLE: (BOTH, _NO_TIME)},
    "a dripping proxy": {GIVEN: ((TLS,), _TIME), EXAMPLE: ((TLS,), _NO_TIME)},
    "a proxy that never forwards": {EXAMPLE: ((TLS,), _NO_TIME)},
    "a huge body": {GIVEN: (BOTH, _SIZE), EXAMPLE: (BOTH, _NO_SIZE)},
    "a compressed response": {EXAMPLE: (BOTH, _NO_SIZE)},
    "a compressed response of a huge body": {EXAMPLE: (BOTH, _NO_SIZE)},
}
