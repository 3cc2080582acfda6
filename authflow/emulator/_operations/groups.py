"""Groups and their members."""

import re
from typing import Any, Final

from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._operations.pool_description import ACCOUNT
from authflow.emulator._records.group import Group
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import descriptions, names

#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
MAX_GROUPS: Final = 10_000
MAX_GROUPS_OF_USER: Final = 100
ACCOUNT_OF_ROLE: Final = re.compile(r"arn:[^:]*:iam::([0-9]*):")

GROUP_EXISTS: Final = ErrorTemplate("GroupExistsException", "A group with the name already exists.")
# https://github.com/aws-amplify/amplify-cli/issues/2214
NO_GROUP: Final = ErrorTemplate("ResourceNotFoundException", "Group not found.")
GROUP_HAS_MEMBERS: Final = ErrorTemplate("InvalidParameterException", "The group has members")  # own text
FOREIGN_ROLE: Final = ErrorTemplate("InvalidParameterException", "Cross-account pass role is not allowed.")
TOO_MANY_GROUPS: Final = ErrorTemplate("LimitExceededException", "The user pool has {} groups already")  # own text
# own text; the operation declares no LimitExceededException
TOO_MANY_MEMBERSHIPS: Final = ErrorTemplate("InvalidParameterException", "The user is in {} groups already")


def create_group(service: Service, params: Params) -> Reply:
    """CreateGroup."""
    pool, name = service.get_pool(params["UserPoolId"]), params["GroupName"]
    if pool.groups.find(name):
        raise GROUP_EXISTS()
    if len(pool.groups.all) >= MAX_GROUPS:
        raise TOO_MANY_GROUPS(MAX_GROUPS)
    _check_role(service, params)
    now = service.now()
    group = Group(name, now, now, params.get("Description"), params.get("RoleArn"), params.get("Precedence"))
    pool.groups.add(group)
    return {"Group": _describe(pool, group)}


def get_group(service: Service, params: Params) -> Reply:
    """GetGroup."""
    pool, group = _find_group(service, params)
    return {"Group": _describe(pool, group)}


def update_group(service: Service, params: Params) -> Reply:
    """UpdateGroup: change the members that the request has. No source tells what becomes of the others."""
    pool, group = _find_group(service, params)
    _check_role(service, params)
    group.description = params.get("Description", group.description)
    group.role = params.get("RoleArn", group.role)
    group.precedence = params.get("Precedence", group.precedence)
    group.modified = service.now()
    return {"Group": _describe(pool, group)}


def delete_group(service: Service, params: Params) -> Reply:
    """DeleteGroup."""
    pool, group = _find_group(service, params)
    if len(group.members) and not service.settings.delete_group_with_members:
        raise GROUP_HAS_MEMBERS()
    pool.groups.remove(group)
    return {}


def list_groups(service: Service, params: Params) -> Reply:
    """ListGroups."""
    pool = service.get_pool(params["UserPoolId"])
    page, more = take_page(service, Listing("ListGroups"), params, pool.groups.all.read_after)
    return {"Groups": [_describe(pool, group) for group in page], **more}


def admin_add_user_to_group(service: Service, params: Params) -> Reply:
    """AdminAddUserToGroup."""
    pool, group, user = _find_member(service, params)
    if user not in group.members and len(pool.groups.list_of(user)) >= MAX_GROUPS_OF_USER:
        raise TOO_MANY_MEMBERSHIPS(MAX_GROUPS_OF_USER)
    pool.groups.join(user, group)
    return {}


def admin_remove_user_from_group(service: Service, params: Params) -> Reply:
    """AdminRemoveUserFromGroup."""
    pool, group, user = _find_member(service, params)
    pool.groups.leave(user, group)
    return {}


def admin_list_groups_for_user(service: Service, params: Params) -> Reply:
    """AdminListGroupsForUser."""
    pool = service.get_pool(params["UserPoolId"])
    user = names.get_user(pool, params["Username"])

    def read(after: int | None, count: int) -> list[tuple[int, Group]]:
        return pool.groups.read_after(user, after, count)

    page, more = take_page(service, Listing("AdminListGroupsForUser"), params, read)
    return {"Groups": [_describe(pool, group) for group in page], **more}


def list_users_in_group(service: Service, params: Params) -> Reply:
    """ListUsersInGroup."""
    _, group = _find_group(service, params)
    page, more = take_page(service, Listing("ListUsersInGroup"), params, group.members.read_after)
    return {"Users": [descriptions.describe_user(user) for user in page], **more}


def _find_group(service: Service, params: Params) -> tuple[UserPool, Group]:
    pool = service.get_pool(params["UserPoolId"])
    group = pool.groups.find(params["GroupName"])
    if group is None:
        raise NO_GROUP()
    return pool, group


def _find_member(service: Service, params: Params) -> tuple[UserPool, Group, User]:
    pool = service.get_pool(params["UserPoolId"])
    user = names.get_user(pool, params["Username"])
    return *_find_group(service, params), user


def _check_role(service: Service, params: Params) -> None:
    found = ACCOUNT_OF_ROLE.match(params.get("RoleArn", ""))
    if found and found[1] != ACCOUNT and not service.settings.foreign_roles:
        raise FOREIGN_ROLE()


def _describe(pool: UserPool, group: Group) -> dict[str, Any]:
    optional = {"Description": group.description, "RoleArn": group.role, "Precedence": group.precedence}
    return {
        "GroupName": group.name,
        "UserPoolId": pool.id,
        **{name: value for name, value in optional.items() if value is not None},
        "LastModifiedDate": group.modified,
        "CreationDate": group.created,
    }
