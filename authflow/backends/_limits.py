"""How long the backends wait, and how much they hold."""

from typing import Final

# Seconds. Cognito waits 5 s for each Lambda trigger.
CONNECT_TIMEOUT: Final = 3.0
READ_TIMEOUT: Final = 10.0
FREE_TIMEOUT: Final = 10.0  # for a connection to become free
CALL_TIMEOUT: Final = 20.0  # for a whole exchange, however slowly its answer trickles in

# At 200 ms a call they carry twice Cognito's default quota of 120 sign-ins a second.
CONNECTIONS: Final = 50
MAX_BODY: Final = 1 << 20  # bytes; answers with tokens have a few thousand
