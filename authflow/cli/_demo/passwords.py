"""Passwords: right, wrong, new; and the tokens that they bring."""

import json
import urllib.request

from authflow import Failed, Password, Reason, Refresh, SignedIn, Srp, Tokens, dumps, loads
from authflow.challenges import NewPasswordRequired
from authflow.cli._demo.site import ADA, ADAS_PASSWORD, GRACE, TEMPORARY_PASSWORD, Site
from authflow.cli._demo.stage import Stage, asked
from authflow.emulator._crypto.jose import verified


def srp(stage: Stage, site: Site) -> Tokens | None:
    """A password that never leaves this process."""
    with stage.part("A password, proven by SRP"):
        state = site.authenticator(stage, site.people).begin(Srp(ADA, ADAS_PASSWORD)).state
        stage.check(isinstance(state, SignedIn), "signed in; the password was never sent")
        return state.tokens if isinstance(state, SignedIn) else None
    return None


def wrong(stage: Stage, site: Site) -> None:
    """A proof that the emulator refuses."""
    with stage.part("A wrong password"):
        state = site.authenticator(stage, site.people).begin(Srp(ADA, "Wrong-Horse-9")).state
        reason = state.reason if isinstance(state, Failed) else None
        stage.check(reason is Reason.WRONG_CREDENTIALS, f"no tokens; reason: {reason}")


def new(stage: Stage, site: Site) -> None:
    """A question that is stored as text and answered by another process, as it were."""
    with stage.part("A temporary password, a new one, and a required attribute"):
        auth = site.authenticator(stage, site.people)
        flow = auth.begin(Password(GRACE, TEMPORARY_PASSWORD))
        text = dumps(flow)
        stage.check(TEMPORARY_PASSWORD not in text, f"suspended with dumps: {len(text)} characters, no password")
        flow = loads(text, site.people)
        challenge = asked(flow, NewPasswordRequired)
        stage.check(challenge.required_attributes == ("family_name",), "resumed with loads: asks for family_name")
        flow = auth.answer(flow, challenge.answer("weak", family_name="Hopper"))
        challenge = asked(flow, NewPasswordRequired)
        stage.check(challenge.rejected is not None, "a weak password is refused, and the question asked again")
        flow = auth.answer(flow, challenge.answer("Brand-New-Horse-1", family_name="Hopper"))
        stage.check(isinstance(flow.state, SignedIn), "signed in with the new password")


def refresh(stage: Stage, site: Site, tokens: Tokens) -> None:
    """New tokens for an old refresh token."""
    with stage.part("Refresh"):
        state = site.authenticator(stage, site.people).begin(Refresh(tokens.refresh_token, tokens.username)).state
        fresh = isinstance(state, SignedIn) and state.tokens.access_token != tokens.access_token
        stage.check(fresh, "a new access token")


def verification(stage: Stage, site: Site, tokens: Tokens) -> None:
    """The tokens against the pool's published keys."""
    with stage.part("The tokens, against the pool's JWKS"):
        issuer = f"{site.url}/{site.people.pool_id}"
        with urllib.request.urlopen(f"{issuer}/.well-known/jwks.json") as response:  # noqa: S310 - our own URL
            jwks = json.load(response)
        for kind, token in (("id", tokens.id_token), ("access", tokens.access_token)):
            claims = verified(token, jwks) or {}
            good = claims.get("token_use") == kind and claims.get("iss") == issuer
            stage.check(good, f"{kind} token: RS256 signature, token_use and iss are right")
        altered = tokens.access_token[:-8] + "AAAAAAAA"
        stage.check(verified(altered, jwks) is None, "an altered token is refused")
