"""The looks of the classic login pages: a style sheet and a picture, for a pool or for one app client."""

from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Params, Reply, Service

#: the ClientId that stands for all app clients
ALL: Final = "ALL"


def set_ui_customization(service: Service, params: Params) -> Reply:
    """SetUICustomization. What a request leaves out is reset."""
    pool, key = _find(service, params)
    if not (pool.domain or pool.custom_domain):
        raise _errors.INVALID("There has to be an existing domain associated with this user pool")
    now = service.now()
    created = pool.looks.get(key, {}).get("CreationDate", now)
    version = f"{now:%Y%m%d%H%M%S}"
    image = {"ImageUrl": _make_url(service, pool, key, version)} if "ImageFile" in params else {}
    style = {"CSS": params["CSS"]} if "CSS" in params else {}
    dates = {"LastModifiedDate": now, "CreationDate": created}
    pool.looks[key] = {"UserPoolId": pool.id, "ClientId": key, **image, **style, "CSSVersion": version, **dates}
    return {"UICustomization": pool.looks[key]}


def get_ui_customization(service: Service, params: Params) -> Reply:
    """GetUICustomization: of the client, otherwise of the pool; empty if there is none."""
    pool, key = _find(service, params)
    found: dict[str, Any] = pool.looks.get(key) or pool.looks.get(ALL) or {}
    return {"UICustomization": found}


def _find(service: Service, params: Params) -> tuple[UserPool, str]:
    pool, key = service.get_pool(params["UserPoolId"]), params.get("ClientId", ALL)
    if key != ALL:
        service.get_client(key, pool.id)
    return pool, key


def _make_url(service: Service, pool: UserPool, key: str, version: str) -> str:
    host = service.domains[pool.domain or pool.custom_domain or ""].distribution
    return f"https://{host}/{pool.id}/{key}/{version}/assets/images/image.jpg"
