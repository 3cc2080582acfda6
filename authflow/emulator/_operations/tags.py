"""Tags of user pools."""

import re
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._operations.pool_description import ACCOUNT
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Params, Reply, Service

POOL_ARN: Final = re.compile(r"arn:[^:]+:cognito-idp:(?P<region>[^:]+):(?P<account>\d+):userpool/(?P<id>.+)")


def tag_resource(service: Service, params: Params) -> Reply:
    """TagResource: add tags, or replace their values."""
    pool = _find(service, params["ResourceArn"])
    pool.settings["UserPoolTags"] = {**pool.settings.get("UserPoolTags", {}), **params["Tags"]}
    return {}


def untag_resource(service: Service, params: Params) -> Reply:
    """UntagResource."""
    pool = _find(service, params["ResourceArn"])
    tags = pool.settings.get("UserPoolTags", {})
    pool.settings["UserPoolTags"] = {key: value for key, value in tags.items() if key not in params["TagKeys"]}
    return {}


def list_tags_for_resource(service: Service, params: Params) -> Reply:
    """ListTagsForResource: those of CreateUserPool and UpdateUserPool too."""
    return {"Tags": _find(service, params["ResourceArn"]).settings.get("UserPoolTags", {})}


def _find(service: Service, arn: str) -> UserPool:
    found = POOL_ARN.fullmatch(arn)
    if found is None:
        raise _errors.INVALID(f"{arn} is not the ARN of a user pool")
    if (found["region"], found["account"]) != (service.region, ACCOUNT):
        raise _errors.NO_POOL(found["id"])
    return service.get_pool(found["id"])
