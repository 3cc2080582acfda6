"""Time-outs and size limits of the backends."""

from typing import Final

# Seconds. Cognito waits up to 5 s for each Lambda trigger.
CONNECT_TIMEOUT: Final = 3.0
READ_TIMEOUT: Final = 10.0
FREE_TIMEOUT: Final = 10.0  # until a connection is free
CALL_TIMEOUT: Final = 20.0  # for a call with all its steps, however slowly the response arrives

# With 200 ms a call, this many connections carry twice Cognito's default quota of 120 sign-ins a second.
CONNECTIONS: Final = 50
IDLE_TIMEOUT: Final = 15.0  # seconds until an idle connection is closed

MAX_HINTS: Final = 16  # provisional responses (1xx) before the final one
MAX_HEAD: Final = 64 << 10  # bytes
MAX_BODY: Final = 1 << 20  # bytes; a response with tokens has a few thousand
