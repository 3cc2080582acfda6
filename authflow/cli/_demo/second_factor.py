"""A second factor: set up and use an authenticator app, then let a remembered device replace it."""

from dataclasses import dataclass, field

from authflow import MemoryDeviceStore, SignedIn, Srp
from authflow.challenges import MfaSetup, SoftwareTokenMfa, TotpSetup
from authflow.cli._demo.environment import ADA, ADAS_PASSWORD, Environment
from authflow.cli._demo.report import Report, require_challenge
from authflow.emulator._crypto.totp import STEP, compute_code

HOLDER = "the browser on ada's desk"


@dataclass
class AuthenticatorApp:
    """An authenticator app.

    Attributes:
        latest: the latest code that it made.
    """

    secret: str = field(repr=False)
    environment: Environment
    latest: str = field(default="", repr=False)

    def make_code(self) -> str:
        """Return the code for the current time."""
        self.latest = compute_code(self.secret, self.environment.clock())
        return self.latest


def show_setup(report: Report, environment: Environment) -> AuthenticatorApp | None:
    """Set up an authenticator app during a sign-in, and return it; None if this fails."""
    with report.section("Setup of an authenticator app"):
        auth = environment.make_authenticator(report, environment.mfa_app)
        flow = auth.begin(Srp(ADA, ADAS_PASSWORD))
        setup = require_challenge(flow, MfaSetup)
        report.check("SOFTWARE_TOKEN_MFA" in setup.options, f"a second factor is required: {', '.join(setup.options)}")
        flow = auth.answer(flow, setup.answer_totp())
        challenge = require_challenge(flow, TotpSetup)
        is_drawn = report.draw_qr(challenge.uri("authflow demo", ADA))
        report.note(f"{'or type in' if is_drawn else 'type in'}: {challenge.secret.reveal()}")
        app = AuthenticatorApp(challenge.secret.reveal(), environment)
        flow = auth.answer(flow, challenge.answer(app.make_code()))
        report.check(isinstance(flow.state, SignedIn), "signed in with the app's first code")
        return app
    return None


def show_code(report: Report, environment: Environment, app: AuthenticatorApp) -> None:
    """Sign in with a code of the app; each code works once."""
    with report.section("A code from the authenticator app"):
        auth = environment.make_authenticator(report, environment.mfa_app)
        flow = auth.begin(Srp(ADA, ADAS_PASSWORD))
        flow = auth.answer(flow, require_challenge(flow, SoftwareTokenMfa).answer(app.latest))
        challenge = require_challenge(flow, SoftwareTokenMfa)
        report.check(challenge.rejected is not None, "the previous code is refused: each code works once")
        _wait_for_next_code(report, environment)
        flow = auth.answer(flow, challenge.answer(app.make_code()))
        report.check(isinstance(flow.state, SignedIn), "signed in with the next code")


def show_remembered_device(report: Report, environment: Environment, app: AuthenticatorApp) -> None:
    """Confirm a device after one sign-in, and use it instead of a code in the next one."""
    with report.section("A remembered device"):
        devices = MemoryDeviceStore()
        auth = environment.make_authenticator(report, environment.mfa_app, devices)
        flow = auth.begin(Srp(ADA, ADAS_PASSWORD), holder=HOLDER)
        challenge = require_challenge(flow, SoftwareTokenMfa)
        _wait_for_next_code(report, environment)
        flow = auth.answer(flow, challenge.answer(app.make_code()))
        report.check(isinstance(flow.state, SignedIn), "signed in with a code")
        report.check(devices.get(HOLDER, ADA) is not None, "the device is confirmed, and its secret is stored")
        flow = auth.begin(Srp(ADA, ADAS_PASSWORD), holder=HOLDER)
        report.check(isinstance(flow.state, SignedIn), "signed in with the device instead of a code")
        flow = auth.begin(Srp(ADA, ADAS_PASSWORD), holder="another browser")
        report.check(isinstance(flow.challenge, SoftwareTokenMfa), "another browser still needs a code")


def _wait_for_next_code(report: Report, environment: Environment) -> None:
    environment.clock.forward(seconds=STEP)
    report.note(f"the emulator's clock moves forward by {STEP} s, for a new code")
