"""Fresh tokens: a refresh near their expiry, once for all callers of a process."""

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, TypeAlias

from authflow.backends._process_local import ProcessLocal
from authflow.backends._single_flight import SingleFlight
from authflow.core._jwt import find_time, read_unverified_claims
from authflow.core._validation import require_instance
from authflow.core.errors import BackendError, InvalidInput, Refusal, SignInFailed, UnexpectedReply
from authflow.core.openings import Refresh
from authflow.core.reasons import Reason
from authflow.core.stamp import Stamp
from authflow.core.states import Tokens
from authflow.drivers._runner import Runner

#: With these reasons no later refresh can succeed. With all others, a deployment or Cognito may be at fault.
GIVES_UP: Final = frozenset(
    {
        Reason.SESSION_EXPIRED,  # revoked, reused, expired
        Reason.WRONG_CREDENTIALS,  # also of a user who is gone
        Reason.DISABLED,
        Reason.NOT_CONFIRMED,
        Reason.PASSWORD_RESET_REQUIRED,
    }
)
_LONGEST_MARGIN: Final = timedelta(days=1)  # no access token is valid for longer
_REMEMBERED_FOR: Final = timedelta(seconds=60)  # the longest RetryGracePeriodSeconds of rotated refresh tokens
_MOST_REMEMBERED: Final = 1000
_LOGGER: Final = logging.getLogger("authflow")

_Failure: TypeAlias = SignInFailed | Refusal | BackendError | UnexpectedReply


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a refresh led to, for all callers that waited for it."""

    result: Tokens | _Failure = field(repr=False)


class _Recent:
    """The tokens of recent refreshes, for callers that still have the tokens from before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_key: OrderedDict[str, tuple[Tokens, datetime]] = OrderedDict()

    def put(self, key: str, tokens: Tokens, now: datetime) -> None:
        with self._lock:
            self._by_key.pop(key, None)
            self._by_key[key] = (tokens, now)
            while len(self._by_key) > _MOST_REMEMBERED or not _is_recent(next(iter(self._by_key.values()))[1], now):
                self._by_key.popitem(last=False)

    def find(self, key: str, now: datetime) -> Tokens | None:
        with self._lock:
            tokens, since = self._by_key.get(key, (None, now))
        return tokens if _is_recent(since, now) else None


class Refresher:
    """Refreshes tokens through a runner. The Authenticators document ``fresh``.

    Args:
        runner: runs the refresh.
        stamp: returns the time.
        make_flight: makes what runs one refresh for all callers, for each process.
    """

    def __init__(
        self, runner: Runner, stamp: Callable[[], Stamp], make_flight: Callable[[], SingleFlight[Outcome]]
    ) -> None:
        self._runner = runner
        self._stamp = stamp
        self._flight = ProcessLocal(make_flight)
        self._recent = ProcessLocal(_Recent)

    async def sign_out_everywhere(self, tokens: Tokens) -> None:
        """Revoke all tokens of the person, with an access token that is valid."""
        needed = tokens if self._runner.is_admin else await self.fresh(tokens, margin=timedelta(0), holder=None)
        await self._runner.sign_out_everywhere(require_instance("tokens", needed, Tokens))

    async def fresh(self, tokens: Tokens, *, margin: timedelta, holder: str | None) -> Tokens:
        """Return tokens that are valid for longer than ``margin``, or the best that can be had."""
        require_instance("tokens", tokens, Tokens)
        if not timedelta(0) <= require_instance("margin", margin, timedelta) <= _LONGEST_MARGIN:
            raise InvalidInput("margin", "must be from 0 to 1 day")
        if is_valid_for(tokens, margin, self._stamp().at):
            return tokens
        key = hashlib.sha256(tokens.refresh_token.encode(errors="surrogatepass")).hexdigest()
        outcome = await self._flight().run(key, lambda: self._refresh(key, tokens, margin, holder))
        if isinstance(outcome.result, Tokens):
            return outcome.result
        if not isinstance(outcome.result, SignInFailed) and is_valid_for(tokens, timedelta(0), self._stamp().at):
            _LOGGER.warning("tokens near their expiry can't be refreshed: %s", type(outcome.result).__name__)
            return tokens
        raise copy(outcome.result)  # each caller gets an error of its own

    async def _refresh(self, key: str, tokens: Tokens, margin: timedelta, holder: str | None) -> Outcome:
        now = self._stamp().at
        known = self._recent().find(key, now)
        if known is not None and is_valid_for(known, margin, now):
            return Outcome(known)
        try:
            flow = await self._runner.begin(
                Refresh(tokens.refresh_token, username=tokens.username or None), context=None, holder=holder
            )
        except (BackendError, UnexpectedReply) as error:
            return Outcome(copy(error))  # without the flow, which a caller must not run again
        if (failure := flow.failure) is not None:
            lacks_device = failure.reason is Reason.SESSION_EXPIRED and holder is None and _is_of_device(tokens)
            if failure.reason in GIVES_UP and not lacks_device:
                return Outcome(SignInFailed(failure.code, failure.message, failure.reason))
            if lacks_device:
                _LOGGER.warning("tokens of a remembered device can't be refreshed without its holder: pass holder=")
            return Outcome(Refusal(failure.code, failure.message))
        new = replace(
            flow.tokens,
            entered_username=tokens.entered_username,
            new_device=flow.tokens.new_device or tokens.new_device,
        )
        self._recent().put(key, new, self._stamp().at)
        return Outcome(new)


def is_valid_for(tokens: Tokens, margin: timedelta, now: datetime) -> bool:
    """Return whether both tokens are valid for longer than ``margin``, by the local clock ``now``."""
    until = (now + margin).timestamp()
    id_expiry = find_time(read_unverified_claims(tokens.id_token), "exp")
    return until < tokens.expires_at.timestamp() and (
        id_expiry is None or until < id_expiry - tokens.drift.total_seconds()
    )


def _is_of_device(tokens: Tokens) -> bool:
    """Return whether a device got the tokens. A pool that tracks devices may then refuse to refresh them without it."""
    return "device_key" in read_unverified_claims(tokens.access_token)


def _is_recent(since: datetime, now: datetime) -> bool:
    return timedelta(0) <= now - since <= _REMEMBERED_FOR
