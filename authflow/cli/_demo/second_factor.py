"""A second factor: an authenticator app is set up and used; then a remembered device stands for it."""

from dataclasses import dataclass, field

from authflow import MemoryDeviceStore, SignedIn, Srp
from authflow.challenges import MfaSetup, SoftwareTokenMfa, TotpSetup
from authflow.cli._demo.site import ADA, ADAS_PASSWORD, Site
from authflow.cli._demo.stage import Stage, asked
from authflow.emulator._crypto.totp import STEP, code_at

HOLDER = "the browser on ada's desk"


@dataclass
class AuthenticatorApp:
    """An authenticator app: shows codes.

    Attributes:
        shown: the latest code.
    """

    secret: str = field(repr=False)
    site: Site
    shown: str = field(default="", repr=False)

    def code(self) -> str:
        """Show a code of now."""
        self.shown = code_at(self.secret, self.site.clock())
        return self.shown


def set_up(stage: Stage, site: Site) -> AuthenticatorApp | None:
    """The first sign-in where a second factor is required; returns the authenticator app."""
    with stage.part("An authenticator app is set up"):
        auth = site.authenticator(stage, site.guarded)
        flow = auth.begin(Srp(ADA, ADAS_PASSWORD))
        setup = asked(flow, MfaSetup)
        stage.check("SOFTWARE_TOKEN_MFA" in setup.options, f"a second factor is required: {', '.join(setup.options)}")
        flow = auth.answer(flow, setup.answer_totp())
        challenge = asked(flow, TotpSetup)
        drawn = stage.qr(challenge.uri("authflow demo", ADA))
        stage.tell(f"{'or type in' if drawn else 'type in'}: {challenge.secret}")
        app = AuthenticatorApp(challenge.secret, site)
        flow = auth.answer(flow, challenge.answer(app.code()))
        stage.check(isinstance(flow.state, SignedIn), "signed in; the app's first code was right")
        return app
    return None


def sign_in(stage: Stage, site: Site, app: AuthenticatorApp) -> None:
    """A code, which works once."""
    with stage.part("A code of the authenticator app"):
        auth = site.authenticator(stage, site.guarded)
        flow = auth.begin(Srp(ADA, ADAS_PASSWORD))
        flow = auth.answer(flow, asked(flow, SoftwareTokenMfa).answer(app.shown))
        challenge = asked(flow, SoftwareTokenMfa)
        stage.check(challenge.rejected is not None, "the code of before is refused: each works once")
        _next_code(stage, site)
        flow = auth.answer(flow, challenge.answer(app.code()))
        stage.check(isinstance(flow.state, SignedIn), "signed in with the next code")


def remembered_device(stage: Stage, site: Site, app: AuthenticatorApp) -> None:
    """A device that is confirmed after one sign-in and proves itself in the next."""
    with stage.part("A remembered device"):
        devices = MemoryDeviceStore()
        auth = site.authenticator(stage, site.guarded, devices)
        flow = auth.begin(Srp(ADA, ADAS_PASSWORD), holder=HOLDER)
        challenge = asked(flow, SoftwareTokenMfa)
        _next_code(stage, site)
        flow = auth.answer(flow, challenge.answer(app.code()))
        stage.check(isinstance(flow.state, SignedIn), "signed in with a code")
        stage.check(devices.get(HOLDER, ADA) is not None, "the device is confirmed, and kept with its secret")
        flow = auth.begin(Srp(ADA, ADAS_PASSWORD), holder=HOLDER)
        stage.check(isinstance(flow.state, SignedIn), "signed in with the device: no code was asked for")
        flow = auth.begin(Srp(ADA, ADAS_PASSWORD), holder="another browser")
        stage.check(isinstance(flow.challenge, SoftwareTokenMfa), "elsewhere a code is asked for")


def _next_code(stage: Stage, site: Site) -> None:
    site.clock.forward(seconds=STEP)
    stage.tell(f"the emulator's clock moves on by {STEP} s, to the next code")
