"""The kinds of record that belong to no pool: the service itself, and the messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from authflow.emulator._control.state.codec import get_codec
from authflow.emulator._control.state.errors import Misfit
from authflow.emulator._control.state.kinds import Json, Kind, World, require_same
from authflow.emulator._outbox import Message

MICROSECOND: Final = timedelta(microseconds=1)
#: the only key of the service's record
ONLY: Final = "service"


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """What belongs to the service as a whole.

    Attributes:
        latest: the latest time that the clock has shown.
        ahead: how far the clock was moved, in microseconds.
        stopped: the time at which the clock stands; None if it goes.
        next_pool: the number of the next pool.
        messages: how many messages were sent so far.
        session_key: the secret key of Sessions.
        refresh_token_key: the secret key of refresh tokens.
        page_key: the secret key of page tokens.
        secret_block_key: the secret key of SECRET_BLOCKs; None before the first one.
        random: the position in the sequence of random values, if the emulator has a seed.
    """

    latest: datetime
    ahead: int
    stopped: datetime | None
    next_pool: int
    messages: int
    session_key: bytes
    refresh_token_key: bytes
    page_key: bytes
    secret_block_key: bytes | None
    random: str | None


CODEC: Final = get_codec(ServiceRecord)
MESSAGE_CODEC: Final = get_codec(Message)


def _encode_service(world: World, _: str) -> Json:
    service, clock = world.service, world.clock
    ahead, stopped = clock.save()
    return CODEC.encode(
        ServiceRecord(
            latest=service.latest_shown,
            ahead=ahead // MICROSECOND,
            stopped=stopped,
            next_pool=service.pools.next,
            messages=service.outbox.sent,
            session_key=service.sessions.tokens.key,
            refresh_token_key=service.token_families.tokens.key,
            page_key=service.page_tokens.key,
            secret_block_key=service.secret_blocks.key,
            random=service.entropy.save(),
        )
    )


def _add_service(world: World, key: str, value: Json) -> None:
    require_same(ONLY, key)
    record: ServiceRecord = CODEC.decode(value)
    service = world.service
    try:
        ahead = timedelta(microseconds=record.ahead)
        world.clock.restore(ahead, record.stopped)
        service.entropy.restore(record.random)
    except (OverflowError, ValueError) as error:
        raise Misfit(str(error)) from None
    service.latest_shown = record.latest
    service.pools.next = record.next_pool
    service.outbox.sent = record.messages
    service.sessions.tokens.key = record.session_key
    service.token_families.tokens.key = record.refresh_token_key
    service.page_tokens.key = record.page_key
    if record.secret_block_key is not None and len(record.secret_block_key) != 32:
        raise Misfit("secret_block_key must have 32 bytes")
    service.secret_blocks.key = record.secret_block_key


def _list_messages(world: World) -> Iterable[str]:
    return [str(number) for number, _ in world.service.outbox.list_numbered()]


def _encode_message(world: World, key: str) -> Json | None:
    message = world.service.outbox.read(int(key))
    return None if message is None else MESSAGE_CODEC.encode(message)


def _add_message(world: World, key: str, value: Json) -> None:
    if not (key.isdecimal() and len(key) < 18 and 0 < int(key) <= world.service.outbox.sent):
        raise Misfit("the key must be the number of a message that was sent")
    world.service.outbox.restore(MESSAGE_CODEC.decode(value))


SERVICE: Final = Kind("service", lambda _: [ONLY], _encode_service, _add_service)
MESSAGE: Final = Kind("message", _list_messages, _encode_message, _add_message)
