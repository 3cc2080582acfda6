"""Where a pool's logs go. The emulator keeps the configuration and writes no logs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._service import Params, Reply, Service

#: the level of each source, and the destinations that it can have
SOURCES: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "userNotification": ("ERROR", frozenset({"CloudWatchLogsConfiguration"})),
    "userAuthEvents": (
        "INFO",
        frozenset({"CloudWatchLogsConfiguration", "S3Configuration", "FirehoseConfiguration"}),
    ),
}
DESTINATIONS: Final = frozenset().union(*(destinations for _, destinations in SOURCES.values()))
REPEATED: Final = "Request validation Failed. Following event sources appear more then once in a request: [{}]."


def get_log_delivery_configuration(service: Service, params: Params) -> Reply:
    """GetLogDeliveryConfiguration."""
    pool = service.get_pool(params["UserPoolId"])
    return {"LogDeliveryConfiguration": {"UserPoolId": pool.id, "LogConfigurations": pool.logs}}


def set_log_delivery_configuration(service: Service, params: Params) -> Reply:
    """SetLogDeliveryConfiguration: replace the configuration; an empty list clears it."""
    pool, given = service.get_pool(params["UserPoolId"]), params["LogConfigurations"]
    sources = [configuration["EventSource"] for configuration in given]
    if repeated := sorted({source for source in sources if sources.count(source) > 1}):
        raise _errors.INVALID(REPEATED.format(", ".join(repeated)))
    if "userAuthEvents" in sources and pool.tier != "PLUS":
        raise _errors.FEATURE_NOT_IN_TIER(pool.tier, "Log Streaming")
    _check(given)
    pool.logs = given
    return get_log_delivery_configuration(service, params)


def _check(given: Sequence[Mapping[str, Any]]) -> None:
    for configuration in given:
        source = configuration["EventSource"]
        level, permitted = SOURCES[source]
        if configuration["LogLevel"] != level:
            raise _errors.INVALID(f"The log level of {source} must be {level}")
        destinations = DESTINATIONS & configuration.keys()
        if len(destinations) != 1 or not destinations <= permitted:
            raise _errors.INVALID(f"{source} must have one destination of: {', '.join(sorted(permitted))}")
