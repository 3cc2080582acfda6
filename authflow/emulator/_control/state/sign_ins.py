"""The kinds of record about sign-ins: Sessions, SECRET_BLOCKs, token families and refresh tokens."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from authflow.emulator._auth.codes import SentCode
from authflow.emulator._auth.lambda_events import CustomChallenge
from authflow.emulator._auth.mfa_setup import SetupState
from authflow.emulator._control.state.codec import (
    Codec,
    decode_time,
    get_codec,
    make_arguments_codec,
    make_optional,
    require_object,
    require_text,
)
from authflow.emulator._control.state.errors import Misfit
from authflow.emulator._control.state.kinds import Json, Kind, World, find_pool, require_same, share_token, take
from authflow.emulator._control.state.users import DECOY
from authflow.emulator._crypto.totp import SoftwareToken
from authflow.emulator._records.expiring import ExpiringMap
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.token_families import RefreshToken, TokenFamily
from authflow.emulator._records.user import Code, User

#: what a Session may need to check its answer, by the name of the type
CHALLENGE_DATA: Final[Mapping[str, type]] = {
    "text": str,
    "code": Code,
    "sent_code": SentCode,
    "setup": SetupState,
    "custom": CustomChallenge,
    "software_token": SoftwareToken,
}
TYPE_NAMES: Final = {type_: name for name, type_ in CHALLENGE_DATA.items()}


def _encode_data(data: Any) -> Json:  # noqa: ANN401 -- of any of these types
    type_: type = type(data)
    return {TYPE_NAMES[type_]: get_codec(type_).encode(data)}


def _decode_data(value: object) -> object:
    items = list(require_object(value).items())
    if len(items) != 1 or items[0][0] not in CHALLENGE_DATA:
        raise Misfit(f"must have one member of: {', '.join(CHALLENGE_DATA)}")
    return get_codec(CHALLENGE_DATA[items[0][0]]).decode(items[0][1])


SESSION_CODEC: Final = make_arguments_codec(
    Session, decoy=None, challenge_data=make_optional(Codec(_encode_data, _decode_data))
)
FAMILY_CODEC: Final = get_codec(TokenFamily)
TOKEN_CODEC: Final = make_arguments_codec(RefreshToken, family=None)


def _with_until(kept: ExpiringMap[Any], key: str, encode: Any) -> Json | None:  # noqa: ANN401 -- a codec's
    entry = kept.read(key)
    return None if entry is None else {"until": entry[0].isoformat(), **encode(entry[1])}


def _list_sessions(world: World) -> Iterable[str]:
    return world.service.sessions.kept.keys()


def _find_decoy(world: World, session: Session) -> tuple[str, User] | None:
    """Return the key and the record of a Session's decoy user, if both are kept."""
    client = dict.get(world.service.clients, session.client_id)
    if client is None or session.decoy is None:
        return None
    entry = client.pool.decoys.read(session.decoy.username)
    return (f"{client.pool.id}/{session.decoy.username}", entry[1]) if entry else None


def _encode_session(world: World, key: str) -> Json | None:
    entry = world.service.sessions.kept.read(key)
    if entry is None:
        return None
    encoded = {"until": entry[0].isoformat(), **SESSION_CODEC.encode(entry[1])}
    found = _find_decoy(world, entry[1])
    return {**encoded, "decoy": found[0]} if found else encoded


def _add_session(world: World, key: str, value: Json) -> None:
    given = {"decoy": None, **require_object(value)}
    rest, (until, decoy_key) = take(given, "until", "decoy")
    session = Session(**SESSION_CODEC.decode(rest))
    if decoy_key is not None:
        pool_id, _, name = require_text(decoy_key).partition("/")
        pool = find_pool(world, pool_id)
        entry = pool.decoys.read(name) if pool else None
        session.decoy = entry[1] if entry else None
    session.challenge_data = _share_token(world, session.sub, session.challenge_data)
    world.service.sessions.restore(key, session, decode_time(until))


def _share_token(world: World, sub: str, data: object) -> object:
    """Return the data of a Session with the software token that it shares with the user and with other Sessions."""
    if isinstance(data, SoftwareToken):
        return share_token(world, sub, data)
    return replace(data, token=share_token(world, sub, data.token)) if isinstance(data, SetupState) else data


def _relate_decoy(world: World, key: str) -> Iterable[tuple[str, str]]:
    entry = world.service.sessions.kept.read(key)
    found = _find_decoy(world, entry[1]) if entry else None
    return [(DECOY.name, found[0])] if found else []


def _list_blocks(world: World) -> Iterable[str]:
    return world.service.secret_blocks.unused.keys()


def _encode_block(world: World, key: str) -> Json | None:
    return _with_until(world.service.secret_blocks.unused, key, lambda unused: {"unused": unused})


def _add_block(world: World, key: str, value: Json) -> None:
    rest, (until, unused) = take(require_object(value), "until", "unused")
    if rest or not isinstance(unused, bool):
        raise Misfit("must have the members until, and unused: true or false")
    world.service.secret_blocks.unused.restore(key, unused, decode_time(until))


def _list_families(world: World) -> Iterable[str]:
    return world.service.token_families.families.keys()


def _encode_family(world: World, key: str) -> Json | None:
    return _with_until(world.service.token_families.families, key, FAMILY_CODEC.encode)


def _add_family(world: World, key: str, value: Json) -> None:
    rest, (until,) = take(require_object(value), "until")
    family: TokenFamily = FAMILY_CODEC.decode(rest)
    require_same(family.id, key)
    world.service.token_families.restore(family, decode_time(until))


def _find_family(world: World, id_: object) -> TokenFamily | None:
    entry = world.service.token_families.families.read(require_text(id_))
    return entry[1] if entry else None


def _list_tokens(world: World) -> Iterable[str]:
    kept = world.service.token_families.refresh_tokens
    return [key for key in kept.keys() if _encode_token(world, key) is not None]  # noqa: SIM118 -- no dict


def _encode_token(world: World, key: str) -> Json | None:
    entry = world.service.token_families.refresh_tokens.read(key)
    if entry is None or _find_family(world, entry[1].family.id) is None:
        return None
    return {"until": entry[0].isoformat(), "family": entry[1].family.id, **TOKEN_CODEC.encode(entry[1])}


def _add_token(world: World, key: str, value: Json) -> None:
    rest, (until, id_) = take(require_object(value), "until", "family")
    arguments, family = TOKEN_CODEC.decode(rest), _find_family(world, id_)
    if family is not None:
        token = RefreshToken(family, **arguments)
        world.service.token_families.refresh_tokens.restore(key, token, decode_time(until))


def _list_events(world: World) -> Iterable[str]:
    kept = world.service.token_families.by_event
    return [key for key in kept.keys() if _encode_event(world, key) is not None]  # noqa: SIM118 -- no dict


def _encode_event(world: World, key: str) -> Json | None:
    entry = world.service.token_families.by_event.read(key)
    if entry is None or _find_family(world, entry[1].id) is None:
        return None
    return {"until": entry[0].isoformat(), "family": entry[1].id}


def _add_event(world: World, key: str, value: Json) -> None:
    _, (until, id_) = take(require_object(value), "until", "family")
    time, family = decode_time(until), _find_family(world, id_)
    if family is not None:
        world.service.token_families.by_event.restore(key, family, time)


SESSION: Final = Kind("session", _list_sessions, _encode_session, _add_session, _relate_decoy)
SECRET_BLOCK: Final = Kind("secret_block", _list_blocks, _encode_block, _add_block)
FAMILY: Final = Kind("token_family", _list_families, _encode_family, _add_family)
REFRESH_TOKEN: Final = Kind("refresh_token", _list_tokens, _encode_token, _add_token)
TOKEN_EVENT: Final = Kind("token_event", _list_events, _encode_event, _add_event)
