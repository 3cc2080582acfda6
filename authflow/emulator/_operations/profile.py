"""What signed-in people do with their own account, with their access token."""

from typing import Final

from authflow.emulator import _errors
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._messages.writing import MessageRequest
from authflow.emulator._records.contacts import CONTACT_MEDIUMS
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import attributes, contact_changes, credentials

# own texts
NOT_VERIFIABLE: Final = ErrorTemplate("InvalidParameterException", "{} can't be verified with a code")
NOTHING_TO_VERIFY: Final = ErrorTemplate("InvalidParameterException", "User does not have the attribute {}")


def change_password(service: Service, params: Params) -> Reply:
    """ChangePassword. Only a user without a password may leave out the previous one. Tokens stay valid."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    user.attempts.count("ChangePassword", service.now())
    previous = params.get("PreviousPassword")
    if user.password.is_set:
        if previous is None:
            raise _errors.MISSING_PARAMETER("PreviousPassword")
        if not credentials.matches(client.pool, user, previous):
            raise _errors.WRONG_PASSWORD()
    credentials.replace_password(service, client.pool, user, params["ProposedPassword"])
    user.modified = service.now()
    return {}


def delete_user(service: Service, params: Params) -> Reply:
    """DeleteUser: delete the user and revoke all tokens."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    client.pool.delete_user(user)
    service.token_families.revoke_all(user)
    return {}


def update_user_attributes(service: Service, params: Params) -> Reply:
    """UpdateUserAttributes: change attributes that the app client may write."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    given = attributes.from_list(params["UserAttributes"])
    attributes.check_writable(client, given)
    request = MessageRequest("UpdateUserAttribute", client, params.get("ClientMetadata", {}))
    change = contact_changes.prepare_change(service, client.pool, user, given, request)
    issuing.verify_access_token(service, params["AccessToken"])  # again: CustomMessage may have run
    sent = change.apply()
    return {"CodeDeliveryDetailsList": sent} if sent else {}


def delete_user_attributes(service: Service, params: Params) -> Reply:
    """DeleteUserAttributes: delete attributes that the app client may write."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    given = dict.fromkeys(params["UserAttributeNames"], "")
    attributes.check_writable(client, given)
    contact_changes.change_attributes(service, client.pool, user, given)
    return {}


def get_user_attribute_verification_code(service: Service, params: Params) -> Reply:
    """GetUserAttributeVerificationCode: send a code to the user's email address or phone number."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    contact = params["AttributeName"]
    if contact not in CONTACT_MEDIUMS:
        raise NOT_VERIFIABLE(contact)
    address = contact_changes.find_address_to_verify(user, contact)
    if not address:
        raise NOTHING_TO_VERIFY(contact)
    user.attempts.count("GetUserAttributeVerificationCode", service.now())
    request = MessageRequest("VerifyUserAttribute", client, params.get("ClientMetadata", {}))
    prepared = contact_changes.prepare_verification(
        service, client.pool, user, contact, address=address, request=request
    )
    issuing.verify_access_token(service, params["AccessToken"])  # again: CustomMessage may have run
    return {"CodeDeliveryDetails": prepared.send()}


def verify_user_attribute(service: Service, params: Params) -> Reply:
    """VerifyUserAttribute: check the code that was sent to a new address or number."""
    client, user = issuing.verify_access_token(service, params["AccessToken"])
    contact = params["AttributeName"]
    if contact not in CONTACT_MEDIUMS:
        raise NOT_VERIFIABLE(contact)
    user.attempts.count("VerifyUserAttribute", service.now())
    contact_changes.verify_contact(service, client.pool, user, contact, params["Code"])
    return {}
