"""Whether a socket has something to read."""

import select


def is_readable(number: int) -> bool:
    """Return whether a socket has received something, or has ended.

    Args:
        number: the socket's file descriptor.
    """
    if hasattr(select, "poll"):  # not on Windows; unlike select, it allows any number
        poll = select.poll()
        poll.register(number, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([number], [], [], 0)[0])
