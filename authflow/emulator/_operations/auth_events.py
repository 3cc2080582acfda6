"""Events of users' activity, in pools with threat protection, and the feedback on them."""

from typing import Final

from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations import risk
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._records.auth_event import AuthEvent
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import names

LISTING: Final = Listing("AdminListUserAuthEvents", limit="MaxResults")
# own texts
NO_EVENT: Final = ErrorTemplate("ResourceNotFoundException", "Event {} does not exist.")
BAD_FEEDBACK: Final = ErrorTemplate("NotAuthorizedException", "Invalid feedback token")


def admin_list_user_auth_events(service: Service, params: Params) -> Reply:
    """AdminListUserAuthEvents, the newest first."""
    _, user = _find(service, params)

    def read(after: str | None, count: int) -> list[tuple[str, AuthEvent]]:
        events = list(reversed(user.events))
        places = {event.id: place for place, event in enumerate(events, 1)}
        start = places.get(after, len(events)) if after else 0  # those after an event that is not kept are older
        return [(event.id, event) for event in events[start : start + count]]

    page, more = take_page(service, LISTING, params, read)
    return {"AuthEvents": [event.describe() for event in page], **more}


def admin_update_auth_event_feedback(service: Service, params: Params) -> Reply:
    """AdminUpdateAuthEventFeedback."""
    _, user = _find(service, params)
    _set_feedback(service, user, params, "Admin")
    return {}


def update_auth_event_feedback(service: Service, params: Params) -> Reply:
    """UpdateAuthEventFeedback: the user's own, with the FeedbackToken of the notification."""
    _, user = _find(service, params)
    if service.page_tokens.open(params["FeedbackToken"], params["EventId"]) != user.sub:
        raise BAD_FEEDBACK()
    _set_feedback(service, user, params, "User")
    return {}


def _find(service: Service, params: Params) -> tuple[UserPool, User]:
    pool = service.get_pool(params["UserPoolId"])
    if not pool.has_threat_protection:
        raise risk.ADD_ON_NEEDED()
    return pool, names.get_user(pool, params["Username"])


def _set_feedback(service: Service, user: User, params: Params, provider: str) -> None:
    event = next((event for event in user.events if event.id == params["EventId"]), None)
    if event is None:
        raise NO_EVENT(params["EventId"])
    event.feedback = {"FeedbackValue": params["FeedbackValue"], "Provider": provider, "FeedbackDate": service.now()}
