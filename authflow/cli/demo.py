"""``authflow demo``: people sign in to an emulator over HTTP, and every step shows. The home of rich."""

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from rich.console import Console

from authflow import (
    AppClient,
    Authenticator,
    Failed,
    Flow,
    Password,
    Reason,
    Refresh,
    SignedIn,
    Srp,
    Tokens,
    __version__,
    dumps,
    loads,
)
from authflow.authenticator import AnyFlow, Outcome
from authflow.backends.boto3 import Boto3Backend
from authflow.challenges import BaseChallenge, NewPasswordRequired
from authflow.emulator import Emulator
from authflow.emulator.boto3_door import client_at
from authflow.emulator.http import running
from authflow.emulator.jose import verified
from authflow.requests import Request

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

C = TypeVar("C", bound=BaseChallenge)
ADA, ADAS_PASSWORD = "ada", "Correct-Horse-9"
GRACE, TEMPORARY_PASSWORD = "grace", "Temporary-1"
COLUMN: Final = 22


def show(console: Console | None = None) -> bool:
    """Run the demonstration; return whether all of it held."""
    console = console or Console(highlight=False, soft_wrap=True)
    with running(lambda url: Emulator(issuer=url)) as url:
        demo = _prepare(console, url)
        console.print(f"[bold]authflow {__version__}[/]: an emulator at {url}, pool {demo.app.pool_id},")
        console.print("an app client with a secret; each line is a node, what it sends, and where that leads\n")
        tokens = demo.srp()
        demo.wrong_password()
        demo.new_password()
        if tokens:
            demo.refresh(tokens)
            demo.verification(tokens, url)
    console.print("[red]It did not hold.[/]" if demo.broken else "[green]All of it held.[/]")
    return not demo.broken


def _prepare(console: Console, url: str) -> "_Demo":
    """Make a pool, a client with a secret and two users through boto3."""
    cognito = client_at(url)
    pool = cognito.create_user_pool(
        PoolName="people",
        Schema=[{"Name": "family_name", "AttributeDataType": "String", "Required": True, "Mutable": True}],
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="demo",
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]
    _create_users(cognito, pool)
    app = AppClient(pool, client["ClientId"], client["ClientSecret"])
    return _Demo(console, app, Boto3Backend(region=app.region, endpoint_url=url))


def _create_users(cognito: "CognitoIdentityProviderClient", pool: str) -> None:
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=ADA,
        UserAttributes=[{"Name": "family_name", "Value": "Lovelace"}],
        MessageAction="SUPPRESS",
    )
    cognito.admin_set_user_password(UserPoolId=pool, Username=ADA, Password=ADAS_PASSWORD, Permanent=True)
    cognito.admin_create_user(
        UserPoolId=pool, Username=GRACE, TemporaryPassword=TEMPORARY_PASSWORD, MessageAction="SUPPRESS"
    )


def _asked(flow: Flow, kind: type[C]) -> C:
    """Return the flow's challenge, which is to be of this kind; else the part breaks, and the demonstration says so."""
    if not isinstance(flow.challenge, kind):
        raise TypeError(f"{flow.node} where {kind.__name__} was to be asked")
    return flow.challenge


@dataclass
class _Demo:
    console: Console
    app: AppClient
    backend: Boto3Backend
    broken: bool = False
    auth: Authenticator = field(init=False)

    def __post_init__(self) -> None:
        self.auth = Authenticator(self.app, self.backend, observe=self._observe)

    def srp(self) -> Tokens | None:
        """A password that never leaves this process."""
        with self._part("A password, proven by SRP"):
            state = self.auth.begin(Srp(ADA, ADAS_PASSWORD)).state
            self._check(isinstance(state, SignedIn), "signed in; the password was never sent")
            return state.tokens if isinstance(state, SignedIn) else None
        return None

    def wrong_password(self) -> None:
        """A proof that the emulator refuses."""
        with self._part("A wrong password"):
            state = self.auth.begin(Srp(ADA, "Wrong-Horse-9")).state
            reason = state.reason if isinstance(state, Failed) else None
            self._check(reason is Reason.WRONG_CREDENTIALS, f"no tokens; reason: {reason}")

    def new_password(self) -> None:
        """A question that is stored as text and answered by another process, as it were."""
        with self._part("A temporary password, a new one, and a required attribute"):
            flow = self.auth.begin(Password(GRACE, TEMPORARY_PASSWORD))
            text = dumps(flow)
            self._check(TEMPORARY_PASSWORD not in text, f"suspended with dumps: {len(text)} characters, no password")
            flow = loads(text, self.app)
            challenge = _asked(flow, NewPasswordRequired)
            self._check(challenge.required_attributes == ("family_name",), "resumed with loads: asks for family_name")
            flow = self.auth.answer(flow, challenge.reply("weak", family_name="Hopper"))
            challenge = _asked(flow, NewPasswordRequired)
            self._check(challenge.rejected is not None, "a weak password is refused, and the question asked again")
            flow = self.auth.answer(flow, challenge.reply("Brand-New-Horse-1", family_name="Hopper"))
            self._check(isinstance(flow.state, SignedIn), "signed in with the new password")

    def refresh(self, tokens: Tokens) -> None:
        """New tokens for an old refresh token."""
        with self._part("Refresh"):
            state = self.auth.begin(Refresh(tokens.refresh_token, tokens.username)).state
            fresh = isinstance(state, SignedIn) and state.tokens.access_token != tokens.access_token
            self._check(fresh, "a new access token")

    def verification(self, tokens: Tokens, url: str) -> None:
        """The tokens against the pool's published keys."""
        with self._part("The tokens, against the pool's JWKS"):
            with urllib.request.urlopen(f"{url}/{self.app.pool_id}/.well-known/jwks.json") as response:  # noqa: S310
                jwks = json.load(response)
            for kind, token in (("id", tokens.id_token), ("access", tokens.access_token)):
                claims = verified(token, jwks) or {}
                good = claims.get("token_use") == kind and claims.get("iss") == f"{url}/{self.app.pool_id}"
                self._check(good, f"{kind} token: RS256 signature, token_use and iss are right")
            altered = tokens.access_token[:-8] + "AAAAAAAA"
            self._check(verified(altered, jwks) is None, "an altered token is refused")

    @contextmanager
    def _part(self, title: str) -> Iterator[None]:
        self.console.print(f"[bold]{title}[/]")
        started = time.perf_counter()
        try:
            yield
        except Exception as error:
            self._check(condition=False, what=f"{type(error).__name__}: {error}")
        self.console.print(f"  [dim]{(time.perf_counter() - started) * 1000:.1f} ms in all[/]\n")

    def _check(self, condition: bool, what: str) -> None:  # noqa: FBT001 - it reads as: check that
        self.broken |= not condition
        self.console.print(f"  {'[green]ok[/]    ' if condition else '[red]FAILED[/]'}  {what}")

    def _observe(
        self, before: AnyFlow, request: Request, outcome: Outcome, after: AnyFlow | None, seconds: float
    ) -> None:
        leads = after.node if after else type(outcome).__name__
        sends = f"{before.node:<{COLUMN}}{request.operation:<{COLUMN + 4}}"
        self.console.print(f"  {sends}{seconds * 1000:6.1f} ms  -> {leads}")
