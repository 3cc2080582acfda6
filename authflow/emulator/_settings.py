"""Choices where sources disagree about the service, or none settles what it does."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Settings:
    """How an emulator behaves where the real service's behaviour is in doubt.

    The defaults are what most sources say or, where they are silent, the stricter behaviour.

    Attributes:
        mfa_code_digits: length of a code that is sent as a second factor. Sources show 6 and 8; 6 is what SMS_MFA had
            before there were other messages. Codes that are a first factor have 8.
        wrong_totp_keeps_session: whether a wrong code at VerifySoftwareToken leaves its Session usable, as a wrong
            code does in every challenge. If not, sign-in has to begin again.
        totp_setup_signs_in: whether tokens follow upon a set-up authenticator: its code was just shown. If not,
            SOFTWARE_TOKEN_MFA is asked, which one source saw.
        email_setup_by_answer: whether MFA_SETUP takes an email address as its answer, as all SDKs send it. If not, the
            address is to be set elsewhere, and sign-in to begin again, as the service model's text says.
        email_setup_parameter: what that answer is called: ``EMAIL`` in all SDKs, ``email`` on one page.
        mfa_choice_parameter: how SELECT_MFA_TYPE lists its options; one source says ``MFAS_CAN_SELECT``.
        mfa_setup_parameter: how MFA_SETUP lists what can be set up; older texts say ``MFA_CAN_SETUP``.
        first_sign_in_without_mfa: whether a user whom an administrator confirmed gets tokens at the first sign-in
            although the pool requires MFA. One source says so, another that MFA is asked, which is the default.
        proof_validity: how long PASSWORD_VERIFIER may be answered: "a few seconds", says the service model. None
            stands for the client's AuthSessionValidity, as others say.
        refresh_needs_device: whether a refresh must carry the confirmed device key that the tokens belong to, else it
            is refused with "Invalid Refresh Token", as was observed. If not, a new key is issued, as the service
            model's text says. Tokens of a sign-in that no device took part in are renewed without one.
        custom_instead_of_password: whether DefineAuthChallenge may answer SRP_A with CUSTOM_CHALLENGE. One source says
            so; the developer guide has PASSWORD_VERIFIER follow, and anything else would leave the password out.
    """

    mfa_code_digits: int = 6
    wrong_totp_keeps_session: bool = True
    totp_setup_signs_in: bool = True
    email_setup_by_answer: bool = True
    email_setup_parameter: str = "EMAIL"
    mfa_choice_parameter: str = "MFAS_CAN_CHOOSE"
    mfa_setup_parameter: str = "MFAS_CAN_SETUP"
    first_sign_in_without_mfa: bool = False
    proof_validity: timedelta | None = None
    refresh_needs_device: bool = True
    custom_instead_of_password: bool = False
