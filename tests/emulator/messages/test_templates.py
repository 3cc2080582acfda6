"""The texts of messages: templates of the pool, defaults, and what is put into them."""

import pytest

from authflow.emulator import Message
from tests.support.emulator.mfa import EMAIL, SMS, configure
from tests.support.emulator.world import PASSWORD, Json, World

BOTH = {"email": "ada@example.com", "phone_number": "+15550109878"}
SNS = {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}
VERIFIED = ["email", "phone_number"]
TEMPLATES: Json = {
    "EmailMessage": "{username}, the code is {####}, {####}!",
    "EmailSubject": "Code {####}",
    "SmsMessage": "code {####}",
    "EmailMessageByLink": "Click {##here, {username}##} or {####}",
    "EmailSubjectByLink": "Link",
    "DefaultEmailOption": "CONFIRM_WITH_CODE",
}
INVITATION: Json = {
    "EmailMessage": "{username}: {####} {##a##}",
    "EmailSubject": "Welcome, {username}",
    "SMSMessage": "{username} {####}",
}


def make_pool(empty: World, **settings: object) -> World:
    return empty.make_pool(**{"AutoVerifiedAttributes": ["email"], **settings})


def sign_up(world: World, name: str = "ada", **attributes: str) -> Message:
    """Sign up, and return the message that was sent."""
    given = [{"Name": key, "Value": value} for key, value in (attributes or {"email": "ada@example.com"}).items()]
    world.call("SignUp", ClientId=world.client_id, Username=name, Password=PASSWORD, UserAttributes=given)
    return world.get_last_message()


def read(message: Message) -> tuple[str | None, str]:
    """Return subject and body, with CODE for the code."""
    assert message.code in message.body
    return message.subject, message.body.replace(message.code, "CODE")


# --- defaults


def test_defaults(empty: World) -> None:
    world = make_pool(empty)
    assert read(sign_up(world)) == ("Your verification code", "Your confirmation code is CODE")
    world.call("ResendConfirmationCode", ClientId=world.client_id, Username="ada")
    assert read(world.get_last_message()) == ("Your verification code", "Your confirmation code is CODE")
    world.make_user("bob", **BOTH, email_verified="true", phone_number_verified="true")
    invitation = [message for message in world.emulator.outbox if message.username == "bob"][-1]
    assert invitation.body == "Your username is bob and temporary password is Temp-0rary"  # by SMS
    world.call("ForgotPassword", ClientId=world.client_id, Username="bob")
    assert read(world.get_last_message()) == ("Your verification code", "Your password reset code is CODE")


@pytest.mark.parametrize(
    ("factor", "read_as"),
    [
        (SMS, (None, "Your authentication code is CODE")),
        (EMAIL, ("Your code", "Your authentication code is CODE")),  # the subject is configured
    ],
)
def test_defaults_of_second_factors(world: World, factor: str, read_as: tuple[str | None, str]) -> None:
    world.make_user("bob", **BOTH)
    configure(world, "ON", factor)
    world.initiate(USERNAME="bob", PASSWORD=PASSWORD)
    assert read(world.get_last_message()) == read_as


# --- templates


@pytest.mark.parametrize("attribute", VERIFIED)
def test_verification_messages(empty: World, attribute: str) -> None:
    world = make_pool(
        empty,
        AutoVerifiedAttributes=[attribute],
        SmsConfiguration=SNS,
        VerificationMessageTemplate=TEMPLATES,
    )
    email = ("Code {####}", "{username}, the code is CODE, CODE!")
    expected = email if attribute == "email" else (None, "code CODE")
    assert read(sign_up(world, **{attribute: BOTH[attribute]})) == expected
    world.make_user("bob", **{attribute: BOTH[attribute], f"{attribute}_verified": "true"})
    world.call("ForgotPassword", ClientId=world.client_id, Username="bob")
    assert read(world.get_last_message()) == expected
    token = world.get_tokens("bob")["AccessToken"]
    world.call("GetUserAttributeVerificationCode", AccessToken=token, AttributeName=attribute)
    assert read(world.get_last_message()) == expected


@pytest.mark.parametrize("attribute", VERIFIED)
def test_older_verification_messages(empty: World, attribute: str) -> None:
    older = {
        "EmailVerificationMessage": "older {####}",
        "EmailVerificationSubject": "Older",
        "SmsVerificationMessage": "sms {####}",
    }
    world = make_pool(empty, AutoVerifiedAttributes=[attribute], SmsConfiguration=SNS, **older)
    expected = ("Older", "older CODE") if attribute == "email" else (None, "sms CODE")
    assert read(sign_up(world, **{attribute: BOTH[attribute]})) == expected


def test_messages_after_an_update(empty: World) -> None:
    world, sender = make_pool(empty), {"EmailSendingAccount": "DEVELOPER"}
    update = {"AutoVerifiedAttributes": VERIFIED, "SmsConfiguration": SNS, "EmailConfiguration": sender}
    world.call("UpdateUserPool", UserPoolId=world.pool_id, **update, VerificationMessageTemplate=TEMPLATES)
    assert sign_up(world).subject == "Code {####}"
    assert read(sign_up(world, "eve", phone_number=BOTH["phone_number"])) == (None, "code CODE")
    older = {
        "EmailVerificationMessage": "o {####}",
        "EmailVerificationSubject": "O",
        "SmsVerificationMessage": "{####}s",
    }
    world.call("UpdateUserPool", UserPoolId=world.pool_id, **update, **older)
    assert read(sign_up(world, "bob")) == ("O", "o CODE")
    assert read(sign_up(world, "carol", phone_number=BOTH["phone_number"])) == (None, "CODEs")


def test_links(empty: World) -> None:
    """Sign-ups send links, other codes are never sent as links."""
    world = make_pool(empty, VerificationMessageTemplate={**TEMPLATES, "DefaultEmailOption": "CONFIRM_WITH_LINK"})
    world.call("CreateUserPoolDomain", UserPoolId=world.pool_id, Domain="people")
    query = f"client_id={world.client_id}&user_name=ada&confirmation_code=CODE"
    url = f"https://people.auth.eu-west-1.amazoncognito.com/confirmUser?{query}"
    expected = ("Link", f'Click <a href="{url}">here, {{username}}</a> or CODE')
    assert read(sign_up(world)) == expected
    world.call("ResendConfirmationCode", ClientId=world.client_id, Username="ada")
    assert read(world.get_last_message()) == expected
    world.make_user("bob", email="bob@example.com", email_verified="true")
    world.call("ForgotPassword", ClientId=world.client_id, Username="bob")
    assert world.get_last_message().subject == "Code {####}"


def test_links_of_an_updated_pool(empty: World) -> None:
    world = make_pool(empty)
    world.call("CreateUserPoolDomain", UserPoolId=world.pool_id, Domain="people")
    template = {**TEMPLATES, "DefaultEmailOption": "CONFIRM_WITH_LINK"}
    update = {"AutoVerifiedAttributes": ["email"], "VerificationMessageTemplate": template}
    world.call("UpdateUserPool", UserPoolId=world.pool_id, **update)
    message = sign_up(world)
    assert message.subject == "Link"
    assert message.body.startswith("Click <a href=")
    assert message.body.endswith(f">here, {{username}}</a> or {message.code}")


def test_the_default_link_and_a_custom_domain(empty: World) -> None:
    world = make_pool(empty, VerificationMessageTemplate={"DefaultEmailOption": "CONFIRM_WITH_LINK"})
    certificate = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/a"}
    domain = {"Domain": "login.example.com", "CustomDomainConfig": certificate}
    world.call("CreateUserPoolDomain", UserPoolId=world.pool_id, **domain)
    message = sign_up(world, "a&b")
    assert message.subject == "Your verification link"
    query = f"client_id={world.client_id}&user_name=a%26b&confirmation_code={message.code}"
    assert message.body == (
        "Please click the link below to verify your email address. "
        f'<a href="https://login.example.com/confirmUser?{query}">Verify Email</a>'
    )


def test_a_link_needs_a_domain(empty: World) -> None:
    """The user is there nevertheless, as after other failures to send the message."""
    world = make_pool(empty, VerificationMessageTemplate={"DefaultEmailOption": "CONFIRM_WITH_LINK"})
    given = [{"Name": "email", "Value": "ada@example.com"}]
    refusal = world.expect_refusal(
        "SignUp", ClientId=world.client_id, Username="ada", Password=PASSWORD, UserAttributes=given
    )
    assert refusal.startswith("CodeDeliveryFailureException")
    assert world.call_admin("AdminGetUser", "ada")["UserStatus"] == "UNCONFIRMED"
    assert not world.emulator.outbox


def test_invitations(empty: World) -> None:
    world = empty.make_pool(AdminCreateUserConfig={"InviteMessageTemplate": INVITATION})
    given = [{"Name": name, "Value": value} for name, value in BOTH.items()]
    world.call_admin(
        "AdminCreateUser",
        "ada",
        UserAttributes=given,
        TemporaryPassword="{username}-1A",  # it is not gone through again
        DesiredDeliveryMediums=["EMAIL", "SMS"],
    )
    email, sms = world.emulator.outbox
    assert (email.subject, email.body) == ("Welcome, {username}", "ada: {username}-1A {##a##}")
    assert (sms.subject, sms.body) == (None, "ada {username}-1A")


def test_invitations_of_an_updated_pool(world: World) -> None:
    config = {"InviteMessageTemplate": {**INVITATION, "SMSMessage": "{username}! {####}"}}
    world.call("UpdateUserPool", UserPoolId=world.pool_id, AdminCreateUserConfig=config)
    world.invite("bob", email="bob@example.com")
    message = world.get_last_message()
    assert (message.subject, message.body) == ("Welcome, {username}", "bob: Temp-0rary {##a##}")
    world.invite("eve", phone_number=BOTH["phone_number"])
    assert world.get_last_message().body == "eve! Temp-0rary"


@pytest.mark.parametrize("member", ["EmailMessage", "SMSMessage"])
def test_an_invitation_without_the_password_is_not_sent(empty: World, member: str) -> None:
    """The service model: "If your template doesn't have this placeholder, Amazon Cognito doesn't deliver"."""
    incomplete = {"InviteMessageTemplate": {**INVITATION, member: "Welcome, {username}!"}}
    world = empty.make_pool(AdminCreateUserConfig=incomplete)
    given = [{"Name": name, "Value": value} for name, value in BOTH.items()]
    request: Json = {"UserAttributes": given, "DesiredDeliveryMediums": ["EMAIL", "SMS"]}
    assert world.call_admin("AdminCreateUser", "ada", **request)["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert [message.medium for message in world.emulator.outbox] == ["SMS" if member == "EmailMessage" else "EMAIL"]
    whole = {"InviteMessageTemplate": INVITATION}
    world.call("UpdateUserPool", UserPoolId=world.pool_id, AdminCreateUserConfig=whole)
    world.call_admin("AdminCreateUser", "ada", MessageAction="RESEND", **request)
    assert sorted(message.medium for message in list(world.emulator.outbox)[1:]) == ["EMAIL", "SMS"]


def test_messages_of_second_factors(world: World) -> None:
    world.make_user("bob", **BOTH)
    sms: Json = {"SmsMfaConfiguration": {"SmsConfiguration": SNS, "SmsAuthenticationMessage": "MFA {####}"}}
    email = {"EmailMfaConfiguration": {"Message": "mail {####}", "Subject": "MFA"}}
    world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id, MfaConfiguration="ON", **sms, **email)
    for factor, expected in (("SMS_MFA", (None, "MFA CODE")), ("EMAIL_OTP", ("MFA", "mail CODE"))):
        session = world.initiate(USERNAME="bob", PASSWORD=PASSWORD)["Session"]
        world.respond("SELECT_MFA_TYPE", session, USERNAME="bob", ANSWER=factor)
        assert read(world.get_last_message()) == expected


@pytest.mark.parametrize("operation", ["CreateUserPool", "UpdateUserPool"])
def test_the_message_of_sms_mfa_that_a_pool_is_made_with(empty: World, operation: str) -> None:
    settings: Json = {"SmsConfiguration": SNS, "AutoVerifiedAttributes": ["phone_number"], "MfaConfiguration": "ON"}
    message = {"SmsAuthenticationMessage": "pool {####}"}
    world = empty.make_pool(**settings, **(message if operation == "CreateUserPool" else {}))
    if operation == "UpdateUserPool":
        world.call("UpdateUserPool", UserPoolId=world.pool_id, **settings, **message)
    world.make_user("bob", phone_number=BOTH["phone_number"])
    world.initiate(USERNAME="bob", PASSWORD=PASSWORD)
    assert read(world.get_last_message()) == (None, "pool CODE")


def test_a_message_keeps_its_text_from_its_description(world: World) -> None:
    world.invite("bob", email="bob@example.com")
    assert "Temp-0rary" not in repr(world.get_last_message())
