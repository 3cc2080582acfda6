"""The texts of messages: the pool's templates, the service's own where it has none, and what is put into them.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authflow.emulator._outbox import Purpose
from authflow.emulator._records.pool import UserPool

CODE: Final = "{####}"
USERNAME: Final = "{username}"
#: a code, a username, or a link with its visible text
PLACEHOLDERS: Final = re.compile(r"\{####\}|\{username\}|\{##(?P<text>.*?)##\}", re.DOTALL)
LINK: Final = re.compile(r"\{##.+?##\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Template:
    """A message before the code is put into it.

    Attributes:
        body: the text with placeholders.
        subject: the subject of an email, which has no placeholders; None for SMS.
        has_link: whether the body contains a link instead of the code.
        has_username: whether the username is put in for its placeholder.
    """

    body: str
    subject: str | None = None
    has_link: bool = False
    has_username: bool = False

    @property
    def has_code(self) -> bool:
        """Whether the message tells the code, or has a link instead. The template of an invitation need not."""
        return CODE in self.body or (self.has_link and LINK.search(self.body) is not None)

    def render(self, code: str, username: str, url: str | None) -> str:
        """Return the body with code, username and link in it."""

        def fill(match: re.Match[str]) -> str:
            if match[0] == CODE:
                return code
            if match[0] == USERNAME:
                return username if self.has_username else USERNAME
            return f'<a href="{url}">{match["text"]}</a>' if self.has_link else match[0]

        return PLACEHOLDERS.sub(fill, self.body)


#: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.UserInvitationConfig.html
DEFAULT_INVITATION: Final[Mapping[str, str]] = {
    "EmailSubject": "Your temporary password",
    "EmailMessage": "Your username is {username} and temporary password is {####}.",
    "SMSMessage": "Your username is {username} and temporary password is {####}",
}
DEFAULT_SUBJECT: Final = "Your verification code"
DEFAULT_LINK: Final = Template(
    "Please click the link below to verify your email address. {##Verify Email##}",
    "Your verification link",
    has_link=True,
)
#: the texts for codes; that of a reset: https://github.com/WikiWatershed/monitor-my-watershed/issues/636
DEFAULT_BODIES: Final[Mapping[Purpose, str]] = {
    Purpose.SIGN_UP: "Your confirmation code is {####}",
    Purpose.ATTRIBUTE: "Your verification code is {####}",  # own text
    Purpose.PASSWORD_RESET: "Your password reset code is {####}",
    **dict.fromkeys((Purpose.MFA, Purpose.FIRST_FACTOR, Purpose.MFA_SETUP), "Your authentication code is {####}"),
}


def choose_template(pool: UserPool, purpose: Purpose, medium: str) -> Template:
    """Return the template of a message.

    Links are sent at sign-up only, to email addresses, and when its code is sent again.

    Args:
        pool: the user's pool.
        purpose: the purpose of the message.
        medium: ``EMAIL`` or ``SMS``.
    """
    if purpose is Purpose.INVITATION:
        given = pool.settings.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {})
        invitation = {**DEFAULT_INVITATION, **given}
        if medium == "SMS":
            return Template(invitation["SMSMessage"], has_username=True)
        return Template(invitation["EmailMessage"], invitation["EmailSubject"], has_username=True)
    if medium == "SMS":
        return Template(_find_sms_template(pool, purpose) or DEFAULT_BODIES[purpose])
    return _choose_email_template(pool, purpose)


def _choose_email_template(pool: UserPool, purpose: Purpose) -> Template:
    given = pool.verification_template
    if purpose is Purpose.SIGN_UP and given["DefaultEmailOption"] == "CONFIRM_WITH_LINK":
        body = given.get("EmailMessageByLink", DEFAULT_LINK.body)
        return Template(body, given.get("EmailSubjectByLink", DEFAULT_LINK.subject), has_link=True)
    if purpose in {Purpose.SIGN_UP, Purpose.ATTRIBUTE, Purpose.PASSWORD_RESET}:
        body = given.get("EmailMessage", DEFAULT_BODIES[purpose])
        return Template(body, given.get("EmailSubject", DEFAULT_SUBJECT))
    configured: Mapping[str, Any] = pool.mfa.get("EmailMfaConfiguration", {})
    body = configured.get("Message", DEFAULT_BODIES[purpose])
    return Template(body, configured.get("Subject", DEFAULT_SUBJECT))


def _find_sms_template(pool: UserPool, purpose: Purpose) -> str | None:
    if purpose in {Purpose.SIGN_UP, Purpose.ATTRIBUTE, Purpose.PASSWORD_RESET}:
        return pool.verification_template.get("SmsMessage")
    held = {**pool.mfa.get("SmsMfaConfiguration", {}), **pool.settings}
    return held.get("SmsAuthenticationMessage")
