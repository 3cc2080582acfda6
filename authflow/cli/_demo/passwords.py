"""Sign-ins with passwords, and what the tokens are good for."""

import json
import urllib.request

from authflow import Failed, Password, Reason, Refresh, SignedIn, Srp, Tokens, dumps, loads
from authflow.challenges import NewPasswordRequired
from authflow.cli._demo.environment import ADA, ADAS_PASSWORD, GRACE, TEMPORARY_PASSWORD, Environment
from authflow.cli._demo.report import Report, require_challenge
from authflow.emulator._crypto.jose import verify_with_jwks


def show_srp(report: Report, environment: Environment) -> Tokens | None:
    """Sign in by SRP. The password never leaves this process."""
    with report.section("A password, proven by SRP (USER_SRP_AUTH)"):
        state = environment.make_authenticator(report, environment.plain_app).begin(Srp(ADA, ADAS_PASSWORD)).state
        report.check(isinstance(state, SignedIn), "signed in; the password was never sent")
        return state.tokens if isinstance(state, SignedIn) else None
    return None


def show_wrong_password(report: Report, environment: Environment) -> None:
    """Try a wrong password; the emulator refuses the proof."""
    with report.section("A wrong password"):
        state = environment.make_authenticator(report, environment.plain_app).begin(Srp(ADA, "Wrong-Horse-9")).state
        reason = state.reason if isinstance(state, Failed) else None
        report.check(reason is Reason.WRONG_CREDENTIALS, f"no tokens; reason: {reason}")


def show_new_password(report: Report, environment: Environment) -> None:
    """Store a challenge as text and answer it later, as another process could."""
    with report.section("A temporary password (USER_PASSWORD_AUTH), a new one, and a required attribute"):
        auth = environment.make_authenticator(report, environment.plain_app)
        flow = auth.begin(Password(GRACE, TEMPORARY_PASSWORD))
        text = dumps(flow)
        report.check(TEMPORARY_PASSWORD not in text, f"stored with dumps: {len(text)} characters, without the password")
        flow = loads(text, environment.plain_app)
        challenge = require_challenge(flow, NewPasswordRequired)
        report.check(challenge.required_attributes == ("family_name",), "resumed with loads: family_name is required")
        flow = auth.answer(flow, challenge.answer("weak", family_name="Hopper"))
        challenge = require_challenge(flow, NewPasswordRequired)
        report.check(challenge.rejected is not None, "a weak password is refused, and the challenge is asked again")
        flow = auth.answer(flow, challenge.answer("Brand-New-Horse-1", family_name="Hopper"))
        report.check(isinstance(flow.state, SignedIn), "signed in with the new password")


def show_refresh(report: Report, environment: Environment, tokens: Tokens) -> None:
    """Get new tokens with the refresh token."""
    with report.section("New tokens from the refresh token"):
        auth = environment.make_authenticator(report, environment.plain_app)
        state = auth.begin(Refresh(tokens.refresh_token, tokens.username)).state
        fresh = isinstance(state, SignedIn) and state.tokens.access_token != tokens.access_token
        report.check(fresh, "a new access token")


def show_verification(report: Report, environment: Environment, tokens: Tokens) -> None:
    """Verify the tokens with the pool's published keys."""
    with report.section("Token verification with the pool's JWKS"):
        issuer = f"{environment.url}/{environment.plain_app.pool_id}"
        with urllib.request.urlopen(f"{issuer}/.well-known/jwks.json") as response:  # noqa: S310 - our own URL
            jwks = json.load(response)
        for kind, token in (("id", tokens.id_token), ("access", tokens.access_token)):
            claims = verify_with_jwks(token, jwks) or {}
            good = claims.get("token_use") == kind and claims.get("iss") == issuer
            report.check(good, f"{kind} token: RS256 signature, token_use and iss are correct")
        altered = tokens.access_token[:-8] + "AAAAAAAA"
        report.check(verify_with_jwks(altered, jwks) is None, "an altered token is refused")
