"""Context: additional facts for Cognito's Lambda triggers, threat protection and analytics."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authflow.core._codec import measure_json
from authflow.core._frozen import assign
from authflow.core._validation import MAX_STRING_LENGTH, require_text
from authflow.core.errors import InvalidInput
from authflow.core.pairs import Pairs, require_pairs

__all__ = ["Context"]

_MAX_LENGTH = 32_768  # characters of JSON, so that a flow with any context fits into a snapshot


@dataclass(frozen=True, slots=True, init=False)
class Context:
    """Facts that accompany every request of a flow, or only the requests of one call until the flow pauses.

    The public API takes them as ClientMetadata, UserContextData and AnalyticsMetadata; the admin API as ClientMetadata,
    ContextData and AnalyticsMetadata. Each request sends those that its operation accepts.

    Attributes:
        client_metadata: a mapping for the pool's Lambda triggers. Do not put secrets here.
        ip_address: the IP address of the person.
        encoded_data: the device fingerprint that Amazon's JavaScript collected.
        server_name, server_path, http_headers: from the request that the person's browser sent to your service. For the
            admin API's ContextData, give all three and ``ip_address``, or none of the three.
        analytics_endpoint_id: the id of the Amazon Pinpoint endpoint.

    Raises:
        InvalidInput: an argument has the wrong type, is empty or too long, a part of ContextData is missing, or all of
            it has more than 32,768 characters as JSON.
    """

    client_metadata: Pairs = field(default=(), repr=False)
    ip_address: str | None = None
    encoded_data: str | None = field(default=None, repr=False)
    server_name: str | None = None
    server_path: str | None = None
    http_headers: Pairs = field(default=(), repr=False)
    analytics_endpoint_id: str | None = None

    def __init__(
        self,
        *,
        client_metadata: Mapping[str, str] | Pairs = (),
        ip_address: str | None = None,
        encoded_data: str | None = None,
        server_name: str | None = None,
        server_path: str | None = None,
        http_headers: Mapping[str, str] | Pairs = (),
        analytics_endpoint_id: str | None = None,
    ) -> None:
        texts = {
            "ip_address": ip_address,
            "encoded_data": encoded_data,
            "server_name": server_name,
            "server_path": server_path,
            "analytics_endpoint_id": analytics_endpoint_id,
        }
        for name, text in texts.items():
            if text is not None:
                require_text(name, text, at_most=MAX_STRING_LENGTH)
        pairs = {"client_metadata": client_metadata, "http_headers": http_headers}
        assign(self, **texts, **{name: require_pairs(name, value) for name, value in pairs.items()})
        if measure_json([*texts.values(), self.client_metadata, self.http_headers]) > _MAX_LENGTH:
            raise InvalidInput("context", f"has more than {_MAX_LENGTH} characters in all, as JSON")
        server = (self.server_name, self.server_path, self.http_headers or None)
        if any(server) and not (all(server) and self.ip_address):
            raise InvalidInput("server_name", "must be given together with server_path, http_headers and ip_address")

    def to_members(self) -> dict[str, object]:
        """Return the members that this context adds to a request, by Cognito's names."""
        members = {
            "ClientMetadata": dict(self.client_metadata),
            "UserContextData": _drop_missing(IpAddress=self.ip_address, EncodedData=self.encoded_data),
            "ContextData": self._make_context_data(),
            "AnalyticsMetadata": _drop_missing(AnalyticsEndpointId=self.analytics_endpoint_id),
        }
        return {name: value for name, value in members.items() if value}

    def _make_context_data(self) -> dict[str, object]:
        if self.server_name is None:
            return {}
        headers = [{"headerName": name, "headerValue": value} for name, value in self.http_headers]
        return _drop_missing(
            IpAddress=self.ip_address,
            ServerName=self.server_name,
            ServerPath=self.server_path,
            HttpHeaders=headers,
            EncodedData=self.encoded_data,
        )


def _drop_missing(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
