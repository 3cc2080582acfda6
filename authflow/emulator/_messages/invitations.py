"""Invitations: messages with the temporary password of a new user."""

from collections.abc import Collection
from typing import Final

from authflow.emulator._messages.writing import Draft, MessageRequest, write_messages
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.contacts import CONTACT_MEDIUMS
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service

#: DesiredDeliveryMediums if a request has none
DEFAULT_MEDIUMS: Final = ("SMS",)


def write_invitation(
    service: Service, pool: UserPool, user: User, chosen: str, *, mediums: Collection[str], request: MessageRequest
) -> Draft:
    """Write the invitations of a user: for the wanted media, or for all if the user can be reached by none of them.

    CustomMessage may run: check again before you send the draft.

    Args:
        service: the service.
        pool: the user's pool.
        user: the user.
        chosen: the password.
        mediums: the wanted media.
        request: the request that the invitation belongs to.

    Raises:
        ServiceError: CustomMessage failed.
    """
    reachable = {name: user.attributes[name] for name in CONTACT_MEDIUMS if user.attributes.get(name)}
    wanted = {name: address for name, address in reachable.items() if CONTACT_MEDIUMS[name] in mediums}
    recipients = wanted or reachable
    return write_messages(service, pool, user, recipients, purpose=Purpose.INVITATION, code=chosen, request=request)
