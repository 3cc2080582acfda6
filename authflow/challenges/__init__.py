"""What Cognito asks a person: one class for each question, whose methods make typed answers.

Sources: ChallengeParameters and ChallengeResponses on the API pages of InitiateAuth and RespondToAuthChallenge.
"""

from typing import Final, TypeAlias, get_args

from authflow.challenges._custom import CustomChallenge
from authflow.challenges._device import DeviceSrp
from authflow.challenges._mfa import EmailOtp, SelectMfaType, SmsMfa, SmsOtp, SoftwareTokenMfa
from authflow.challenges._passkey import WebAuthn
from authflow.challenges._password import NewPasswordRequired, PasswordChallenge, SelectChallenge
from authflow.challenges._sent_codes import ConfirmSignUp, NewPassword
from authflow.challenges._setup import MfaSetup, TotpSetup
from authflow.core.challenge import BaseChallenge, BaseQuestion, Rejected

__all__ = [
    "CHALLENGES",
    "BaseChallenge",
    "BaseQuestion",
    "Challenge",
    "ConfirmSignUp",
    "CustomChallenge",
    "DeviceSrp",
    "EmailOtp",
    "MfaSetup",
    "NewPassword",
    "NewPasswordRequired",
    "PasswordChallenge",
    "Rejected",
    "SelectChallenge",
    "SelectMfaType",
    "SmsMfa",
    "SmsOtp",
    "SoftwareTokenMfa",
    "TotpSetup",
    "WebAuthn",
]

Challenge: TypeAlias = (
    SmsMfa
    | EmailOtp
    | SmsOtp
    | SoftwareTokenMfa
    | SelectMfaType
    | MfaSetup
    | TotpSetup
    | NewPasswordRequired
    | CustomChallenge
    | SelectChallenge
    | PasswordChallenge
    | WebAuthn
    | DeviceSrp
)
CHALLENGES: Final[tuple[type[Challenge], ...]] = get_args(Challenge)
